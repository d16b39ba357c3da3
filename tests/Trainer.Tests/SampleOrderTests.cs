using VqVae.Trainer.Data;

namespace VqVae.Trainer.Tests;

public class SampleOrderTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 1, 3)]
    [InlineData(40, 4, 8)]
    [InlineData(3, 5, 8)]
    [InlineData(1000, 8, 32)]
    public void Of_EachEpoch_HasEveryCropOfEveryImageOnce(int images, int crops, int batch)
    {
        var order = new SampleOrder(images, crops, batch, seed: 3);
        Assert.Equal(images * crops, order.EpochSamples);
        var all = Enumerable.Range(0, images).SelectMany(image => Enumerable.Range(0, crops).Select(crop => (image, crop))).ToHashSet();
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var places = Enumerable.Range(0, images * crops).Select(i => order.Of((epoch * order.EpochSamples) + i)).ToArray();
            Assert.Equal(all, places.Select(p => (p.Image, p.Crop)).ToHashSet());
            Assert.All(places, p => Assert.Equal(epoch, p.Visit / images));
        }
    }

    [Fact]
    public void NumberOf_EveryPlace_IsTheInverse()
    {
        var order = new SampleOrder(images: 50, crops: 3, batch: 4, seed: 3);
        for (long number = 0; number < 400; number++)
        {
            var place = order.Of(number);
            Assert.Equal(number, order.NumberOf(place.Visit, place.Crop));
        }
    }

    [Theory]
    [InlineData(500, 4, 8)]
    [InlineData(64, 4, 16)]
    [InlineData(300, 7, 32)]
    public void Of_LongEpoch_HasNoImageTwiceInABatch(int images, int crops, int batch)
    {
        var order = new SampleOrder(images, crops, batch, seed: 3);
        for (long step = 0; (step + 1) * batch <= order.EpochSamples; step++)
        {
            var visits = Enumerable.Range(0, batch).Select(i => order.Of((step * batch) + i).Visit);
            Assert.Equal(batch, visits.Distinct().Count());
        }
    }

    [Fact]
    public void Of_LongEpoch_BringsNewImagesEvenly()
    {
        // In a batch of 8 with four crops an image, two images are decoded, as long as the epoch's first ones are not wrapped around.
        var order = new SampleOrder(images: 500, crops: 4, batch: 8, seed: 3);
        for (long step = 0; step < 250; step++)
            Assert.Equal(2, Enumerable.Range(0, 8).Count(i => order.Of((step * 8) + i).Crop == 0));
    }

    [Fact]
    public void Of_OneCrop_VisitsInTheOrderOfNumbers()
    {
        var order = new SampleOrder(images: 9, crops: 1, batch: 4, seed: 3);
        for (long number = 0; number < 30; number++) Assert.Equal(number, order.Of(number).Visit);
        Assert.NotEqual(Enumerable.Range(0, 9).Select(i => order.Of(i).Image), Enumerable.Range(9, 9).Select(i => order.Of(i).Image));
    }
}
