namespace VqVae.Trainer.Data;

/// <summary>What a sample is cut from.</summary>
/// <param name="Visit">Counts visits to images: <c>epoch · images + place in the epoch's order</c>.</param>
/// <param name="Image">The image's number.</param>
/// <param name="Crop">Which of the visit's crops, from 0.</param>
internal readonly record struct SamplePlace(long Visit, int Image, int Crop);

/// <summary>
/// Which image and crop a sample's number stands for. An epoch visits every image once, in a new order each time, and cuts
/// <c>C</c> crops from it. Safe for several threads.
/// </summary>
/// <remarks>
/// Samples come in rounds of C. Round r of an epoch of N images holds crop 0 of the r-th visit, crop 1 of the visit D rounds before, crop 2 of
/// that 2·D rounds before and so on, modulo N. So every epoch has each image exactly C times; each batch needs the same share of images that
/// are new, which keeps the work of decoding even; and the crops of an image lie <see cref="BatchesApart"/> batches apart, in different batches
/// even while the loader's threads are some batches ahead of each other. The price is that crops wait in memory in between
/// (<see cref="PendingCrops"/>): about D·C·(C − 1)/2 of them. Where an epoch is too short for that, D is as large as fits, and
/// crops of an image may share a batch. With one crop an image, rounds are visits.
/// </remarks>
internal sealed class SampleOrder
{
    /// <summary>How many batches lie between two crops of an image, where the epoch is long enough.</summary>
    public const int BatchesApart = 8;

    private readonly int _images;
    private readonly int _crops;
    private readonly ulong _seed;
    private readonly long _delay;
    private readonly Lock _lock = new();
    private long _epoch = -1;
    private int[] _order = [];

    /// <param name="images">Number of images N.</param>
    /// <param name="crops">Crops an image C.</param>
    /// <param name="batch">Samples in a batch.</param>
    /// <param name="seed">The run's seed.</param>
    public SampleOrder(int images, int crops, int batch, ulong seed)
    {
        (_images, _crops, _seed) = (images, crops, seed);
        var wanted = (((long)BatchesApart * batch) + crops - 1) / crops;
        _delay = Math.Max(1, Math.Min(wanted, images / crops));
    }

    /// <summary>Samples in which every image comes C times: N · C.</summary>
    public long EpochSamples => (long)_images * _crops;

    /// <summary>From the first to the last crop of a visit, in samples, where the epoch's end does not lie between.</summary>
    public long Reach => ((_delay * _crops) + 1) * (_crops - 1);

    /// <summary>What the sample of that number is cut from.</summary>
    public SamplePlace Of(long number)
    {
        var (epoch, place) = Math.DivRem(number, EpochSamples);
        var (round, crop) = Math.DivRem(place, _crops);
        var visit = (round + _images - (crop * _delay % _images)) % _images;
        return new SamplePlace((epoch * _images) + visit, Order(epoch)[visit], (int)crop);
    }

    /// <summary>The number of the sample that is a visit's crop: the inverse of <see cref="Of"/>.</summary>
    public long NumberOf(long visit, int crop)
    {
        var (epoch, place) = Math.DivRem(visit, _images);
        return (((epoch * _images) + ((place + (crop * _delay)) % _images)) * _crops) + crop;
    }

    private int[] Order(long epoch)
    {
        lock (_lock)
        {
            if (_epoch != epoch)
            {
                var random = new SeededRandom(~_seed, (ulong)epoch);
                _order = [.. Enumerable.Range(0, _images)];
                for (var i = _order.Length - 1; i > 0; i--)
                {
                    var j = random.Next(i + 1);
                    (_order[i], _order[j]) = (_order[j], _order[i]);
                }

                _epoch = epoch;
            }

            return _order;
        }
    }
}
