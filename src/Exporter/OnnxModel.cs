using System.Reflection;
using Google.Protobuf;
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
    public static string ProducerVersion { get; } = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

    /// <summary>The encoder as a file's bytes.</summary>
    public static byte[] Encoder(Checkpoint checkpoint) =>
        Wrap(EncoderGraph.Build(checkpoint), checkpoint, GraphNames.EncoderFormat, "Encoder of a VQ-VAE image codec: uint8 RGB images to codebook indices.");

    /// <summary>The decoder as a file's bytes.</summary>
    public static byte[] Decoder(Checkpoint checkpoint) =>
        Wrap(DecoderGraph.Build(checkpoint), checkpoint, GraphNames.DecoderFormat, "Decoder of a VQ-VAE image codec: codebook indices to uint8 RGB images.");

    private static byte[] Wrap(GraphProto graph, Checkpoint checkpoint, string format, string documentation)
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
        model.MetadataProps.Add(new StringStringEntryProto { Key = GraphNames.ModelIdKey, Value = checkpoint.Id.ToString() });
        model.MetadataProps.Add(new StringStringEntryProto { Key = GraphNames.SpecKey, Value = checkpoint.Spec.ToJson() });
        return model.ToByteArray();
    }
}
