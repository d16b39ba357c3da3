using System.Diagnostics;
using System.Net;

namespace VqVae.Samples.Tests;

[Collection(Name)]
public class MalformedUploadTests
{
    internal const string Name = "measures the memory of the process";

    private const int Count = 1000;

    /// <summary>A picture of 24 megapixels takes as much in RGB; the damaged ones are thumbnails, and the bombs must not be unpacked.</summary>
    private const long MemoryLimit = 150_000_000;

    private static readonly (string Extension, string Type)[] Formats = [(".png", "image/png"), (".jpg", "image/jpeg"), (".webp", "image/webp"), (".tif", "image/tiff")];

    [Fact]
    public async Task Post_AThousandDamagedAndOversizedPictures_AreRefusedAndLeaveNothing()
    {
        await using var service = await TestService.StartAsync("--Limits:BodyBytes=200000");
        var known = await service.AddAsync(Pictures.Drawn(64, 64));
        var files = Files(service.Images);
        var random = new Random(20);
        var valid = Formats.Select(f => Pictures.Drawn(48, 48, f.Extension)).ToArray();
        var before = Resident();

        var statuses = new Dictionary<HttpStatusCode, int>();
        for (var i = 0; i < Count; i += 8)
        {
            var requests = Enumerable.Range(0, 8).Select(_ => Malformed(valid, random)).ToArray();
            foreach (var (response, upload) in await Task.WhenAll(requests.Select(async u => (await service.PostAsync(u.Body, u.Type), u))))
            {
                using (response)
                {
                    Assert.True((int)response.StatusCode is >= 400 and < 500, $"{upload.What} ({upload.Type}): {response.StatusCode}");
                    await Problem.AssertAsync(response.StatusCode, response);
                    statuses[response.StatusCode] = statuses.GetValueOrDefault(response.StatusCode) + 1;
                }
            }
        }

        foreach (var status in (HttpStatusCode[])[HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.UnprocessableEntity])
            Assert.True(statuses.GetValueOrDefault(status) > 0, $"none got {status}");
        Assert.Equal(files, Files(service.Images));
        Assert.Empty(service.Uploads);
        Assert.InRange(Resident() - before, long.MinValue, MemoryLimit);
        Assert.True((await service.Client.GetAsync("/health/ready")).IsSuccessStatusCode);
        Assert.Equal(known.Id, (await service.AddAsync(Pictures.Drawn(64, 64))).Id);
    }

    private static (string What, byte[] Body, string Type) Malformed(byte[][] valid, Random random)
    {
        var format = random.Next(valid.Length);
        var (picture, type) = (valid[format], Formats[format].Type);
        switch (random.Next(8))
        {
            case 0:
                // Every format's pixels end a few bytes before its file does.
                var length = random.Next(10) == 0 ? 0 : random.Next(picture.Length * 9 / 10);
                return ($"{length} of {picture.Length} bytes", picture[..length], type);
            case 1:
                // PNG has checksums, which find every flip in what makes up the picture.
                var flipped = valid[0].ToArray();
                var at = random.Next(flipped.AsSpan().IndexOf("IDAT"u8), flipped.AsSpan().LastIndexOf("IEND"u8) - sizeof(int));
                flipped[at] ^= (byte)(1 << random.Next(8));
                return ($"a flip at {at} of {flipped.Length}", flipped, Formats[0].Type);
            case 2:
                var (width, height) = (random.Next(2) == 0 ? 60_000 : int.MaxValue, 60_000);
                return ($"a PNG of {width}x{height}", Pictures.PngThatClaims(width, height), Formats[0].Type);
            case 3:
                return ("a PNG of 4000x4000 with nothing in it", Pictures.PngThatClaims(4000, 4000), Formats[0].Type);
            case 4:
                return ("another format", picture, Formats[(format + 1 + random.Next(3)) % Formats.Length].Type);
            case 5:
                return ("another type", picture, "image/x-unknown");
            case 6:
                return ("too many bytes", new byte[200_001 + random.Next(1000)], type);
            default:
                var noise = new byte[random.Next(64, 2000)];
                random.NextBytes(noise);
                picture.AsSpan(0, 16).CopyTo(noise);
                return ("noise behind a right beginning", noise, type);
        }
    }

    private static string[] Files(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static long Resident()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}

/// <summary>Runs when no other test does: the memory of their services would be counted, too.</summary>
[CollectionDefinition(MalformedUploadTests.Name, DisableParallelization = true)]
public sealed class ProcessMemoryGroup;
