using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using VqVae.Hashing;

namespace VqVae.Models;

/// <summary>
/// Identifies what decoding depends on: a file made with one model opens with every model of the same id and with no other.
/// </summary>
/// <remarks>
/// The first 8 bytes of the SHA-256 of this byte string: the ASCII line <c>vqvae-model-id/1\n</c>; one line <c>key=value\n</c> for each of
/// the decoder's architecture fields, in the order of <see cref="DecoderFields"/>; then every decoder-side tensor in ordinal order of its
/// name: name length (uint32), name (UTF-8), number of dimensions (uint32), dimensions (uint32 each), values (float32); then, where the
/// model has tables, the ASCII line <c>tables.bin\n</c>, their length (uint32) and bytes. Little-endian throughout. The encoder and how the model was trained are not in it, so a better encoder keeps the id.
/// </remarks>
public readonly record struct ModelId(ulong Value)
{
    /// <summary>Bytes of an id in a file.</summary>
    public const int Size = 8;

    /// <summary>Computes the id of a model.</summary>
    /// <param name="spec">The hyperparameters.</param>
    /// <param name="tensor">Gives a tensor's float32 values as little-endian bytes, by name.</param>
    /// <param name="tables">The content of <c>tables.bin</c>; empty where the model has none, as a checkpoint.</param>
    public static ModelId Compute(ModelSpec spec, Func<string, ReadOnlyMemory<byte>> tensor, ReadOnlySpan<byte> tables = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(tensor);
        using var hash = new Sha256();
        hash.AppendData("vqvae-model-id/1\n"u8);
        foreach (var (key, value) in DecoderFields(spec))
            hash.AppendData(Encoding.UTF8.GetBytes($"{key}={value}\n"));

        foreach (var entry in ModelTensors.For(spec).Where(ModelTensors.IsDecoderSide).OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            var name = Encoding.UTF8.GetBytes(entry.Name);
            AppendUInt32(hash, name.Length);
            hash.AppendData(name);
            AppendUInt32(hash, entry.Shape.Count);
            foreach (var dimension in entry.Shape) AppendUInt32(hash, dimension);
            hash.AppendData(tensor(entry.Name).Span);
        }

        if (!tables.IsEmpty)
        {
            hash.AppendData("tables.bin\n"u8);
            AppendUInt32(hash, tables.Length);
            hash.AppendData(tables);
        }

        return Read(hash.Finish());
    }

    /// <summary>Reads an id from its 8 bytes in a file.</summary>
    public static ModelId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes));

    /// <summary>Writes the id's 8 bytes.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt64BigEndian(destination, Value);

    /// <summary>Parses 16 hexadecimal digits.</summary>
    /// <exception cref="ModelFormatException">The text is not that.</exception>
    public static ModelId Parse(string text) =>
        text is { Length: 2 * Size } && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? new ModelId(value)
            : throw new ModelFormatException($"a model id is 16 hexadecimal digits, got '{text}'");

    /// <summary>The id as 16 lower-case hexadecimal digits, in the order of its bytes.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>The hyperparameters that the decoder's graph depends on, as the id's byte string has them.</summary>
    internal static IEnumerable<(string Key, string Value)> DecoderFields(ModelSpec spec)
    {
        yield return ("architecture", spec.Architecture switch
        {
            Architecture.Klt => "klt",
            Architecture.VqVae2 => "vqvae2",
            Architecture.LumaChroma => "luma_chroma",
            _ => "vqvae",
        });
        yield return ("input_channels", Text(spec.InputChannels));
        yield return ("hidden", Text(spec.Hidden));
        yield return ("embedding_dim", Text(spec.EmbeddingDim));
        yield return ("decoder_blocks", Text(spec.DecoderBlocks));
        yield return ("codes", Text(spec.Codes));
        yield return ("stages", Text(spec.Stages));
        yield return ("stride", Text(spec.Stride));
        if (spec.RatePoints > 1) yield return ("rate_points", Text(spec.RatePoints));
        if (spec.Architecture is Architecture.Klt or Architecture.LumaChroma)
        {
            yield return ("refine_channels", Text(spec.RefineChannels));
            yield return ("refine_blocks", Text(spec.RefineBlocks));
        }

        if (spec.Architecture == Architecture.VqVae2) yield return ("residual_channels", Text(spec.ResidualChannels));
        if (spec.Architecture == Architecture.LumaChroma)
        {
            yield return ("chroma_dim", Text(spec.ChromaDim));
            yield return ("chroma_stages", Text(spec.ChromaStages));
        }

        static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private static void AppendUInt32(Sha256 hash, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value);
        hash.AppendData(bytes);
    }
}
