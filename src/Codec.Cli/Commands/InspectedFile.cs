using VqVae.Codec.Cli.Coding;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary>What is found out about a file without its model.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Info">Its header, where that can be read.</param>
/// <param name="Parts">What its bytes go to, where that can be read.</param>
/// <param name="Error">What is wrong with it, or <c>null</c>.</param>
internal sealed record InspectedFile(string Name, long Bytes, VqInfo? Info, VqParts? Parts, string? Error)
{
    /// <summary>Looks at a file.</summary>
    public static InspectedFile Of(byte[] vq, string name)
    {
        ArgumentNullException.ThrowIfNull(vq);
        VqInfo? info = null;
        VqParts? parts = null;
        try
        {
            info = VqInput.ReadInfo(vq, name);
            VqInput.Named(name, () =>
            {
                parts = VqFile.ReadParts(vq);
                VqFile.Verify(vq);
            });
            return new InspectedFile(name, vq.Length, info, parts, null);
        }
        catch (VqFormatException e)
        {
            return new InspectedFile(name, vq.Length, info, parts, e.Message);
        }
    }
}
