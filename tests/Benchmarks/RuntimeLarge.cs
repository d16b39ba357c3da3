using System.Diagnostics;
using System.Runtime.InteropServices;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Benchmarks;

/// <summary>
/// An image of 100 megapixels that exists as rows only: peak memory and speed both ways, what halos cost, and the time of a region of 1%.
/// Linux only: it is where the peak can be reset.
/// </summary>
internal static class RuntimeLarge
{
    private const int Width = 11_600;
    private const int Height = 8_624;
    private const double Megapixels = Width * Height / 1e6;

    /// <summary>Limits of the project: bytes at the peak, the halos' factor, and a region's share of the whole image's time.</summary>
    private const double MemoryLimit = 1e9;
    private const double OverheadLimit = 1.15;
    private const double RegionLimit = .05;

    /// <summary>1% of the image, across tiles and windows.</summary>
    private static readonly VqRegion Part = new(5_300, 4_400, 1_160, 862);

    public static int Run(string[] args)
    {
        if (args is not ([] or ["--model", _]))
        {
            Console.Error.WriteLine("usage: large [--model DIR]");
            return 2;
        }

        using var folder = new TemporaryFolder();
        var model = args is [_, var named] ? named : RuntimeQuick.ShippedModel() ?? RuntimeWorkload.ExportRandom(folder);
        ProcessMemory.Line($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}");
        var source = new RowSource();
        byte[] vq;
        var right = true;
        using (var codec = Load(model))
        {
            PrintPlans(codec.Manifest.Spec, ref right);
            byte[] file = [];
            right &= Measure("Compress", () => file = codec.Compress(source.Read, Width, Height), out _);
            vq = file;
        }

        ProcessMemory.Line($"{"",-11} {vq.Length:N0} bytes, {8.0 * vq.Length / Width / Height:F3} bits a pixel, {VqFile.ReadInfo(vq).EntropyMode}");
        using (var codec = Load(model))
        {
            var sink = new RowSink(Part);
            right &= Measure("Decompress", () => codec.Decompress(vq, sink.Write), out var whole);
            VqImage part = null!;
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < 3; i++)
            {
                clock.Restart();
                part = codec.Decompress(vq, new VqDecompressOptions { Region = Part });
            }

            var share = clock.Elapsed / whole;
            ProcessMemory.Line($"{"region",-11} {Part.Width}×{Part.Height} ({100.0 * Part.Width * Part.Height / Width / Height:F1}%) in {clock.Elapsed.TotalSeconds:F2} s, {100 * share:F1}% of the time (limit {100 * RegionLimit:F0}%)");
            right &= share <= RegionLimit;
            sink.Verify(part);
        }

        ProcessMemory.Line($"all {Height:N0} rows came, and the region's pixels are those of the whole image within 1");
        return right ? 0 : 1;
    }

    private static VqCodec Load(string model) => VqCodec.Load(model, new VqCodecOptions { Device = VqDevice.Cpu });

    private static void PrintPlans(ModelSpec spec, ref bool right)
    {
        var padding = Padding.Of(spec.Planes, Width, Height);
        var whole = new VqRegion(0, 0, Width, Height);
        var budget = new WindowBudget(spec, VqLimits.DefaultMaxMemory, windowPixels: null);
        foreach (var (name, plan) in new[]
        {
            ("encoder", budget.Encoder(padding, spec.Stages, otherBytes: 0, latentBytes: 0, out _)!),
            ("decoder", budget.Decoder(padding, whole, spec.Stages, otherBytes: 0, (long)Width * Height * 3, toArray: false, out _)!),
        })
        {
            ProcessMemory.Line($"{name,-11} {plan.X.Count}×{plan.Y.Count} windows of {plan.X.Size}×{plan.Y.Size}: {plan.Overhead:F3} times the pixels (limit {OverheadLimit:F2}), {plan.Memory / 1e6:F0} MB as estimated");
            right &= plan.Overhead <= OverheadLimit;
        }
    }

    private static bool Measure(string name, Action call, out TimeSpan time)
    {
        ProcessMemory.ResetPeak();
        var before = ProcessMemory.Resident;
        var clock = Stopwatch.StartNew();
        call();
        time = clock.Elapsed;
        var peak = ProcessMemory.Peak;
        ProcessMemory.Line($"{name,-11} {Megapixels:F1} MP in {time.TotalSeconds:F1} s, {Megapixels / time.TotalSeconds:F2} MP/s; peak {peak / 1e6:F0} MB resident (limit {MemoryLimit / 1e6:F0}), {before / 1e6:F0} before");
        return peak <= MemoryLimit;
    }

    /// <summary>Rows of a drawn square, repeated under a slow gradient.</summary>
    private sealed class RowSource
    {
        private const int Side = 1024;

        private readonly byte[] _square = DrawnImage.Rgb(Side, Side, seed: 1);

        public void Read(int y, Span<byte> rows)
        {
            for (; !rows.IsEmpty; rows = rows[(Width * 3)..], y++)
            {
                var square = _square.AsSpan(y % Side * Side * 3, Side * 3);
                for (var x = 0; x < Width * 3; x += square.Length) square[..Math.Min(square.Length, (Width * 3) - x)].CopyTo(rows[x..]);
                var shade = (byte)(y * 64 / Height);
                for (var x = 0; x < Width * 3; x++) rows[x] = (byte)((rows[x] >> 1) + shade);
            }
        }
    }

    /// <summary>Takes all rows and keeps one region of them.</summary>
    private sealed class RowSink(VqRegion part)
    {
        private readonly byte[] _part = new byte[part.Width * part.Height * 3];
        private int _next;

        public void Write(int y, ReadOnlySpan<byte> rows)
        {
            if (y != _next) throw new InvalidOperationException($"expected row {_next}, got {y}");
            for (; !rows.IsEmpty; rows = rows[(Width * 3)..], y++)
                if (y >= part.Y && y < part.Y + part.Height) rows.Slice(part.X * 3, part.Width * 3).CopyTo(_part.AsSpan((y - part.Y) * part.Width * 3));
            _next = y;
        }

        public void Verify(VqImage image)
        {
            if (_next != Height) throw new InvalidOperationException($"expected {Height} rows, got {_next}");
            for (var i = 0; i < _part.Length; i++)
                if (Math.Abs(_part[i] - image.Pixels[i]) > 1) throw new InvalidOperationException($"byte {i} of the region: expected {_part[i]}, got {image.Pixels[i]}");
        }
    }
}
