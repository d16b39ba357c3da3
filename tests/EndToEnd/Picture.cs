using NetVips;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>RGB pixels, read, written and compared without the code under test.</summary>
internal sealed record Picture(int Width, int Height, byte[] Rgb)
{
    public static Picture Drawn(int width, int height, int seed) => new(width, height, DrawnImage.Rgb(width, height, seed));

    public static Picture Load(string path)
    {
        // Not by name: libvips would answer from its cache when a file of the same name was written anew.
        using var image = Image.NewFromBuffer(File.ReadAllBytes(path));
        Assert.Equal((3, Enums.BandFormat.Uchar), (image.Bands, image.Format));
        return new Picture(image.Width, image.Height, image.WriteToMemory<byte>());
    }

    public void Save(string path)
    {
        using var image = Image.NewFromMemory<byte>(Rgb, Width, Height, 3, Enums.BandFormat.Uchar);
        using var labelled = image.Copy(interpretation: Enums.Interpretation.Srgb);
        labelled.WriteToFile(path);
    }

    /// <summary>PSNR in dB over all pixels and channels; infinite for equal pictures.</summary>
    public double Psnr(Picture other)
    {
        Assert.Equal((Width, Height), (other.Width, other.Height));
        double squares = 0;
        for (var i = 0; i < Rgb.Length; i++) squares += (Rgb[i] - other.Rgb[i]) * (double)(Rgb[i] - other.Rgb[i]);
        return 10 * Math.Log10(255.0 * 255 * Rgb.Length / squares);
    }

    /// <summary>The picture's average colour everywhere: what a codec that learned nothing gives.</summary>
    public Picture Flat()
    {
        var sums = new double[3];
        for (var i = 0; i < Rgb.Length; i++) sums[i % 3] += Rgb[i];
        var flat = new byte[Rgb.Length];
        for (var i = 0; i < flat.Length; i++) flat[i] = (byte)Math.Round(sums[i % 3] / (Width * Height));
        return this with { Rgb = flat };
    }

    /// <summary>A folder of training pictures: real photographs where they are there, drawn ones otherwise.</summary>
    public static void SaveTrainingSet(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        if (SharedData.Folder("faces-train") is { } real)
        {
            foreach (var file in Directory.GetFiles(real).Order(StringComparer.Ordinal).Take(count))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
        else
        {
            for (var i = 0; i < count; i++) Drawn(178, 218, 1000 + i).Save(Path.Combine(folder, $"drawn-{i:D3}.png"));
        }
    }

    /// <summary>A picture that was never trained on.</summary>
    public static Picture Unseen() => SharedData.Folder("faces-test") is { } real
        ? Load(Directory.GetFiles(real).Order(StringComparer.Ordinal).First())
        : Drawn(178, 218, 1);
}
