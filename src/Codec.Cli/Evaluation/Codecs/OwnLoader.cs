using NetVips;
using VqVae.Imaging;

namespace VqVae.Codec.Cli.Evaluation.Codecs;

/// <summary>
/// Lets libvips read a further format for as long as it is open: for files that the program itself has just made. Pictures that users name are told apart by
/// their first bytes before libvips sees them, so that none reaches such a loader meanwhile.
/// </summary>
internal sealed class OwnLoader : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, int> Users = [];

    private readonly string _name;

    private OwnLoader(string name) => _name = name;

    /// <summary>Opens AVIF.</summary>
    public static OwnLoader Avif() => Open("VipsForeignLoadHeif");

    /// <summary>Opens SVG.</summary>
    public static OwnLoader Svg() => Open("VipsForeignLoadSvg");

    /// <summary>Closes it, where nobody else has it open.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            if (--Users[_name] == 0) Operation.Block(_name, true);
        }
    }

    private static OwnLoader Open(string name)
    {
        Vips.Prepare();
        lock (Gate)
        {
            var users = Users.GetValueOrDefault(name);
            if (users == 0) Operation.Block(name, false);
            Users[name] = users + 1;
        }

        return new OwnLoader(name);
    }
}
