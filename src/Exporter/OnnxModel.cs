using Google.Protobuf;
using VqVae.CommandLine;
using VqVae.Exporter.Graphs;
using VqVae.Exporter.Onnx;
using VqVae.Models;

namespace VqVae.Exporter;

/// <summary>Graphs as ONNX files that say what they are.</summary>
internal static class OnnxModel
{
    /// <summary>Version of ONNX's operator set: the oldest with everything that the graphs use, for the widest choice of readers.</summary>
    public const int Opset = 17;

    /// <summary>Version of the file format that belongs to <see cref="Opset"/>.</summary>
    public const int IrVersion = 8;

    /// <summary>The program that writes the files.</summary>
    public const string ProducerName = "VqVae.Deploy exporter";

    /// <summary>The exporter's version.</summary>
    public static string ProducerVersion { get; } = ProgramVersion.Text;

    /// <summary>The fp32 encoder as a file's bytes.</summary>
    /// <param name="checkpoint">The weights.</param>
    /// <param name="id">The id of the model that the graph belongs to; by default the checkpoint's, of a model without tables.</param>
    public static byte[] Encoder(Checkpoint checkpoint, ModelId? id = null) => Encoder(EncoderGraph.Build(checkpoint), checkpoint, id ?? checkpoint.Id);

    /// <summary>The fp32 decoder as a file's bytes.</summary>
    /// <inheritdoc cref="Encoder(Checkpoint, ModelId?)"/>
    public static byte[] Decoder(Checkpoint checkpoint, ModelId? id = null) => Decoder(DecoderGraph.Build(checkpoint), checkpoint, id ?? checkpoint.Id);

    /// <summary>An encoder's graph as a file's bytes.</summary>
    public static byte[] Encoder(GraphProto graph, Checkpoint checkpoint, ModelId id) =>
        Wrap(graph, checkpoint, id, GraphNames.EncoderFormat, "Encoder of a VQ-VAE image codec: uint8 RGB images to codebook indices.");

    /// <summary>A decoder's graph as a file's bytes.</summary>
    public static byte[] Decoder(GraphProto graph, Checkpoint checkpoint, ModelId id) =>
        Wrap(graph, checkpoint, id, GraphNames.DecoderFormat, "Decoder of a VQ-VAE image codec: codebook indices to uint8 RGB images.");

    private static byte[] Wrap(GraphProto graph, Checkpoint checkpoint, ModelId id, string format, string documentation)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = ProducerName,
            ProducerVersion = ProducerVersion,
            DocString = documentation,
            Graph = graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        model.MetadataProps.Add(new StringStringEntryProto { Key = GraphNames.FormatKey, Value = format });
        model.MetadataProps.Add(new StringStringEntryProto { Key = GraphNames.ModelIdKey, Value = id.ToString() });
        model.MetadataProps.Add(new StringStringEntryProto { Key = GraphNames.SpecKey, Value = checkpoint.Spec.ToJson() });
        return model.ToByteArray();
    }
}
