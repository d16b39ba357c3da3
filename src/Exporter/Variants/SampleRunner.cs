using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using VqVae.Exporter.Onnx;
using VqVae.Models;

namespace VqVae.Exporter.Variants;

/// <summary>Runs a decoder, or one that gives more of its values, on calibration samples.</summary>
internal sealed class SampleRunner : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly ModelSpec _spec;
    private readonly string[] _inputs;

    /// <param name="graph">The graph.</param>
    /// <param name="spec">The model's.</param>
    /// <param name="values">Further values that <see cref="Values"/> gives.</param>
    /// <param name="literally">Whether nodes are run one by one as they stand in the graph, so that every value exists.</param>
    public SampleRunner(GraphProto graph, ModelSpec spec, IEnumerable<string> values, bool literally)
    {
        var more = values.ToHashSet(StringComparer.Ordinal);
        var copy = graph.Clone();
        copy.Output.AddRange(graph.ValueInfo.Where(v => more.Contains(v.Name)));
        var model = new ModelProto { IrVersion = OnnxModel.IrVersion, Graph = copy };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OnnxModel.Opset });
        using var options = new SessionOptions
        {
            IntraOpNumThreads = Environment.ProcessorCount,
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            GraphOptimizationLevel = literally ? GraphOptimizationLevel.ORT_DISABLE_ALL : GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        _session = new InferenceSession(model.ToByteArray(), options);
        (_spec, _inputs) = (spec, [.. spec.Planes.Select(p => p.TensorName), GraphNames.Rate]);
    }

    /// <summary>The decoded images.</summary>
    public byte[] Decode(CalibrationSample sample)
    {
        using var results = Run(sample, [GraphNames.Image]);
        return results[0].GetTensorDataAsSpan<byte>().ToArray();
    }

    /// <summary>Calls <paramref name="use"/> with each value, its numbers and its shape.</summary>
    public void Values(CalibrationSample sample, IReadOnlyCollection<string> names, Action<string, ReadOnlySpan<float>, long[]> use)
    {
        using var results = Run(sample, names);
        foreach (var (i, name) in names.Index()) use(name, results[i].GetTensorDataAsSpan<float>(), results[i].GetTensorTypeAndShape().Shape);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private IDisposableReadOnlyCollection<OrtValue> Run(CalibrationSample sample, IReadOnlyCollection<string> outputs)
    {
        var inputs = new List<OrtValue>();
        try
        {
            foreach (var (p, plane) in _spec.Planes.Index())
                inputs.Add(OrtValue.CreateTensorValueFromMemory(sample.Indices[p], [sample.Count, plane.Stages, sample.Side / plane.Stride, sample.Side / plane.Stride]));
            inputs.Add(OrtValue.CreateTensorValueFromMemory(new[] { sample.Rate }, [1]));
            return _session.Run(_run, _inputs, inputs, outputs);
        }
        finally
        {
            foreach (var input in inputs) input.Dispose();
        }
    }
}
