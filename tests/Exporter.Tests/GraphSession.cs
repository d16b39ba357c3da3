using Microsoft.ML.OnnxRuntime;

namespace VqVae.Exporter.Tests;

/// <summary>The two graphs of a model in ONNX Runtime, called by the names that the graph contract gives.</summary>
internal sealed class GraphSession : IDisposable
{
    private readonly InferenceSession _encoder;
    private readonly InferenceSession _decoder;
    private readonly RunOptions _run = new();

    public GraphSession(byte[] encoder, byte[] decoder)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        _encoder = new InferenceSession(encoder, options);
        _decoder = new InferenceSession(decoder, options);
    }

    public (int[] Indices, long[] Shape) Encode(byte[] image, int n, int height, int width, float lambda, int rate = 0)
    {
        using var pixels = OrtValue.CreateTensorValueFromMemory(image, [n, height, width, 3]);
        using var rates = OrtValue.CreateTensorValueFromMemory(new[] { rate }, [1]);
        using var lambdas = OrtValue.CreateTensorValueFromMemory(new[] { lambda }, [1]);
        using var results = _encoder.Run(_run, ["image", "rate", "lambda"], [pixels, rates, lambdas], ["indices"]);
        return (results[0].GetTensorDataAsSpan<int>().ToArray(), results[0].GetTensorTypeAndShape().Shape);
    }

    public (byte[] Image, long[] Shape) Decode(int[] indices, int n, int stages, int h, int w, int rate = 0)
    {
        using var codes = OrtValue.CreateTensorValueFromMemory(indices, [n, stages, h, w]);
        using var rates = OrtValue.CreateTensorValueFromMemory(new[] { rate }, [1]);
        using var results = _decoder.Run(_run, ["indices", "rate"], [codes, rates], ["image"]);
        return (results[0].GetTensorDataAsSpan<byte>().ToArray(), results[0].GetTensorTypeAndShape().Shape);
    }

    public void Dispose()
    {
        _run.Dispose();
        _encoder.Dispose();
        _decoder.Dispose();
    }
}
