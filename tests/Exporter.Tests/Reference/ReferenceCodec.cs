using VqVae.Models;

namespace VqVae.Exporter.Tests.Reference;

/// <summary>What a search found for one image.</summary>
/// <param name="Indices"><c>[L, h, w]</c>.</param>
/// <param name="Gaps">Second-best cost minus best, <c>[L, h, w]</c>.</param>
/// <param name="Latent">The network's output.</param>
internal sealed record SearchResult(int[] Indices, float[] Gaps, FeatureMap Latent);

/// <summary>
/// Both architectures written down plainly from their description, without matrix products, graphs or batches: what the graphs must compute.
/// </summary>
internal sealed class ReferenceCodec(Checkpoint checkpoint)
{
    private readonly ModelSpec _spec = checkpoint.Spec;

    /// <summary>Encodes one RGB image.</summary>
    public SearchResult Encode(ReadOnlyMemory<byte> image, int height, int width, double lambda)
    {
        var latent = Latent(Pixels(image, height, width));
        return Search(latent, lambda);
    }

    /// <summary>Decodes the leading stages of one image's indices.</summary>
    /// <returns>The image before rounding, <c>[C, H, W]</c> on the scale of bytes.</returns>
    public FeatureMap Decode(ReadOnlyMemory<int> indices, int stages, int h, int w)
    {
        var codes = checkpoint.Values(ModelTensors.Codebooks).ToArray();
        var sum = FeatureMap.Generate(_spec.EmbeddingDim, h, w, (d, y, x) =>
        {
            double total = 0;
            for (var s = 0; s < stages; s++)
            {
                var k = indices.Span[(((s * h) + y) * w) + x];
                total += codes[(((s * _spec.Codes) + k) * _spec.EmbeddingDim) + d];
            }

            return total;
        });
        var y = _spec.Architecture == Architecture.Klt ? KltDecoder(sum, stages) : VqVaeDecoder(sum);
        return FeatureMap.Generate(y.Channels, y.Height, y.Width, (c, row, column) => (y[c, row, column] + 1) * 127.5);
    }

    /// <summary>A decoded image as RGB bytes.</summary>
    public static byte[] ToRgb(FeatureMap pixels)
    {
        var rgb = new byte[3 * pixels.Height * pixels.Width];
        for (var i = 0; i < rgb.Length; i++)
        {
            var (position, c) = (i / 3, pixels.Channels == 1 ? 0 : i % 3);
            rgb[i] = (byte)Math.Clamp(Math.Round(pixels[c, position / pixels.Width, position % pixels.Width], MidpointRounding.ToEven), 0, 255);
        }

        return rgb;
    }

    private FeatureMap Pixels(ReadOnlyMemory<byte> image, int height, int width)
    {
        double Scaled(int c, int y, int x) => (image.Span[(((y * width) + x) * 3) + c] / 127.5) - 1;
        return _spec.InputChannels == 3
            ? FeatureMap.Generate(3, height, width, Scaled)
            : FeatureMap.Generate(1, height, width, (_, y, x) => (0.299 * Scaled(0, y, x)) + (0.587 * Scaled(1, y, x)) + (0.114 * Scaled(2, y, x)));
    }

    private FeatureMap Latent(FeatureMap x)
    {
        if (_spec.Architecture == Architecture.Klt)
        {
            var linear = Conv("encoder.klt", x, _spec.Stride, stride: _spec.Stride);
            var hidden = Blocks("encoder.blocks", Conv("encoder.stem", x, _spec.Stride, stride: _spec.Stride).Relu(), _spec.EncoderBlocks, secondKernel: 3);
            return linear.Plus(Conv("encoder.head", hidden, 1));
        }

        var depth = int.Log2(_spec.Stride);
        for (var i = 0; i < depth; i++)
        {
            x = Conv($"encoder.down.{i}", x, 4, stride: 2, padding: 1);
            if (i < depth - 1) x = x.Relu();
        }

        return Conv("encoder.head", Blocks("encoder.blocks", x, _spec.EncoderBlocks, secondKernel: 1).Relu(), 1);
    }

    private SearchResult Search(FeatureMap latent, double lambda)
    {
        var (h, w, dim) = (latent.Height, latent.Width, _spec.EmbeddingDim);
        var codes = checkpoint.Values(ModelTensors.Codebooks);
        var lengths = checkpoint.Values(ModelTensors.CodeLengths);
        var indices = new int[_spec.Stages * h * w];
        var gaps = new float[indices.Length];
        var rest = new double[dim];
        for (var position = 0; position < h * w; position++)
        {
            for (var d = 0; d < dim; d++) rest[d] = latent[d, position / w, position % w];
            for (var s = 0; s < _spec.Stages; s++)
            {
                var (best, second, found) = (double.PositiveInfinity, double.PositiveInfinity, 0);
                for (var k = 0; k < _spec.Codes; k++)
                {
                    var row = (s * _spec.Codes) + k;
                    var cost = lambda / (127.5 * 127.5) * lengths[row];
                    for (var d = 0; d < dim; d++) cost += (rest[d] - codes[(row * dim) + d]) * (rest[d] - codes[(row * dim) + d]);
                    if (cost < best) (best, second, found) = (cost, best, k);
                    else second = Math.Min(second, cost);
                }

                indices[(s * h * w) + position] = found;
                gaps[(s * h * w) + position] = (float)(second - best);
                for (var d = 0; d < dim; d++) rest[d] -= codes[(((s * _spec.Codes) + found) * dim) + d];
            }
        }

        return new SearchResult(indices, gaps, latent);
    }

    private FeatureMap VqVaeDecoder(FeatureMap codes)
    {
        var x = Blocks("decoder.blocks", Conv("decoder.stem", codes, 1), _spec.DecoderBlocks, secondKernel: 1).Relu();
        var depth = int.Log2(_spec.Stride);
        for (var i = 0; i < depth; i++)
        {
            var name = $"decoder.up.{i}";
            x = x.ConvTranspose(Values(name + ".weight"), Values(name + ".bias"), 4, 2, 1);
            if (i < depth - 1) x = x.Relu();
        }

        return x;
    }

    private FeatureMap KltDecoder(FeatureMap codes, int stages)
    {
        var linear = Conv("decoder.klt", codes, 1);
        var stem = Conv("decoder.stem", codes, 3, padding: 1);
        var bias = Values("decoder.stages.weight").AsMemory((stages - 1) * _spec.Hidden, _spec.Hidden);
        var t = FeatureMap.Generate(stem.Channels, stem.Height, stem.Width, (c, y, x) => stem[c, y, x] + bias.Span[c]).Relu();
        t = Blocks("decoder.blocks", t, _spec.DecoderBlocks, secondKernel: 3);
        var u = linear.Followed(Conv("decoder.expand", t, 1)).PixelShuffle(_spec.Stride / 2);
        var g = Conv("decoder.refine.stem", u, 3, padding: 1).Relu();
        g = Blocks("decoder.refine.blocks", g, _spec.RefineBlocks, secondKernel: 3);
        return u.FirstChannels(4 * _spec.InputChannels).Plus(Conv("decoder.refine.head", g, 3, padding: 1)).PixelShuffle(2);
    }

    /// <summary>The plain VQ-VAE's blocks (second kernel 1×1) begin with a ReLU; those of the other architecture (3×3) do not.</summary>
    private FeatureMap Blocks(string prefix, FeatureMap x, int count, int secondKernel)
    {
        for (var i = 0; i < count; i++)
        {
            var inner = Conv($"{prefix}.{i}.conv1", secondKernel == 1 ? x.Relu() : x, 3, padding: 1).Relu();
            x = x.Plus(Conv($"{prefix}.{i}.conv2", inner, secondKernel, padding: secondKernel / 2));
        }

        return x;
    }

    private FeatureMap Conv(string name, FeatureMap x, int kernel, int stride = 1, int padding = 0) =>
        x.Conv(Values(name + ".weight"), Values(name + ".bias"), kernel, stride, padding);

    private float[] Values(string name) => checkpoint.Values(name).ToArray();
}
