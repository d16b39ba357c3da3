using System.Collections.Concurrent;

namespace VqVae.Runtime;

/// <summary>Searches rectangles of latents, outside of the graph and on several threads, and puts the indices into the image's maps. Thread-safe.</summary>
internal sealed class MapSearch
{
    private readonly VectorSearch[] _planes;
    private readonly int[] _dimensions;
    private readonly EncoderSettings _settings;
    private readonly int _threads;
    private readonly ConcurrentBag<RowScratch> _scratch = [];

    public MapSearch(SearchTables tables, in EncoderSettings settings, int threads)
    {
        _settings = settings;
        var (rate, stages, lambda, joint) = (settings.RatePoint, settings.Stages, settings.Lambda, settings.Joint);
        _planes = [.. tables.Layouts.Select((_, plane) => new VectorSearch(tables, plane, rate, stages, lambda, joint))];
        _dimensions = [.. tables.Layouts.Select(layout => layout.Dimension)];
        _threads = threads;
    }

    /// <summary>Whether it searches as these settings say; how indices are coded does not matter to it.</summary>
    public bool IsFor(in EncoderSettings settings) => _settings == settings with { Mode = _settings.Mode };

    /// <summary>Searches a rectangle of a plane.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="latents">Rows of positions, each position its numbers.</param>
    /// <param name="width">Positions of a row of <paramref name="latents"/>.</param>
    /// <param name="from">The rectangle in <paramref name="latents"/>.</param>
    /// <param name="x">Its first column in the maps.</param>
    /// <param name="y">Its first row in the maps.</param>
    /// <param name="maps">Get the indices.</param>
    /// <param name="cancellationToken">Asked in every row.</param>
    /// <param name="threads">Threads that search; <c>null</c> for all that a call has.</param>
    public void Run(int plane, FloatBuffer latents, int width, TileRectangle from, int x, int y, IndexMaps maps, CancellationToken cancellationToken, int? threads = null)
    {
        var (search, dimension) = (_planes[plane], _dimensions[plane]);
        if ((threads ?? _threads) == 1)
        {
            var scratch = Rent();
            for (var row = 0; row < from.Height; row++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                SearchRow(row, scratch);
            }

            _scratch.Add(scratch);
            return;
        }

        Parallel.For(
            0,
            from.Height,
            new ParallelOptions { MaxDegreeOfParallelism = _threads, CancellationToken = cancellationToken },
            Rent,
            (row, _, scratch) =>
            {
                SearchRow(row, scratch);
                return scratch;
            },
            _scratch.Add);

        void SearchRow(int row, RowScratch scratch)
        {
            var vectors = latents.Slice((((long)(from.Y + row) * width) + from.X) * dimension, from.Width * dimension);
            var indices = scratch.Indices(search.Stages * from.Width);
            search.Run(vectors, indices, scratch.Search);
            for (var stage = 0; stage < search.Stages; stage++)
                maps.Write(plane, stage, new TileRectangle(x, y + row, from.Width, 1), indices.Slice(stage * from.Width, from.Width), from.Width);
        }
    }

    private RowScratch Rent() => _scratch.TryTake(out var scratch) ? scratch : new RowScratch(_planes.Max(p => p.Stages));

    /// <summary>One thread's memory.</summary>
    private sealed class RowScratch(int mostStages)
    {
        private int[] _indices = [];

        public VectorSearch.Scratch Search { get; } = new(mostStages);

        public Span<int> Indices(int count)
        {
            if (_indices.Length < count) _indices = new int[count];
            return _indices.AsSpan(0, count);
        }
    }
}
