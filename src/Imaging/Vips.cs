using NetVips;

namespace VqVae.Imaging;

/// <summary>Prepares libvips for pictures from anywhere: only four loaders, no messages on the terminal, no caches.</summary>
/// <remarks>The files of this folder are compiled into each program that reads pictures, so that they read them alike.</remarks>
internal static class Vips
{
    private static readonly string[] Loaders = ["VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadWebp", "VipsForeignLoadTiff"];

    // libvips keeps a pointer to it for as long as the process lives.
    private static readonly Log.LogDelegate Silence = static (_, _, _) => { };

    private static readonly Lazy<bool> Ready = new(() =>
    {
        // Whatever libvips says that matters also comes back as an exception.
        foreach (var domain in (string[])["VIPS", "GLib", "GLib-GObject", "GObject"])
            Log.SetLogHandler(domain, Enums.LogLevelFlags.All, Silence);

        NetVips.NetVips.BlockUntrusted = true;
        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in Loaders) Operation.Block(loader, false);

        // Every picture is read once, in strips and by one thread of the program's own: caches and a pool of workers would only cost
        // start-up time and memory.
        Cache.Max = 0;
        Cache.MaxMem = 0;
        Cache.MaxFiles = 0;
        NetVips.NetVips.Concurrency = 1;
        return true;
    });

    /// <summary>To be called before anything else of libvips is used; costs nothing from the second call on.</summary>
    /// <exception cref="ImageException">The native library is not there or does not load.</exception>
    public static void Prepare()
    {
        try
        {
            _ = Ready.Value;
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException)
        {
            throw new ImageException($"libvips does not load on this machine: {Reason(e.GetBaseException())}", e);
        }
    }

    /// <summary>What libvips says last, which is the cause, on one line.</summary>
    public static string Reason(Exception exception)
    {
        var lines = exception.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? exception.GetType().Name : lines[^1];
    }
}
