using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using NetVips;
using VqVae.TestSupport;

namespace VqVae.Benchmarks.Web;

/// <summary>
/// Makes requests of all kinds by chance and checks the answers: the same picture at the same quality must always become the same file, a file must be the one that its id
/// names, and what is decoded of it must always be the same picture.
/// </summary>
internal sealed class WebRequests(HttpClient client)
{
    private const int LowestQuality = 30, HighestQuality = 100;

    private static readonly (int Width, int Height, string Extension, string Type)[] Sizes =
    [
        (256, 192, ".jpg", "image/jpeg"), (500, 375, ".webp", "image/webp"), (768, 512, ".png", "image/png"), (1600, 1200, ".jpg", "image/jpeg"),
    ];

    private readonly List<(string Name, byte[] Body, string Type)> _pictures = [.. Sizes.SelectMany((size, i) => Enumerable.Range(1, 3).Select(seed =>
        ($"{size.Width}x{size.Height} {seed}", Draw(size.Width, size.Height, size.Extension, (100 * i) + seed), size.Type)))];

    private readonly ConcurrentDictionary<string, string> _known = [];
    private readonly List<(string Id, int Width, int Height)> _kept = [];

    /// <summary>The kinds with their shares of all requests, in percent.</summary>
    public static IReadOnlyList<(string Kind, int Share)> Kinds { get; } = [("compress", 25), ("png", 20), ("png w=320", 25), ("png region", 15), ("vq", 15)];

    /// <summary>What is uploaded.</summary>
    public static string Pictures => string.Join(", ", Sizes.Select(s => $"{s.Width}×{s.Height} {s.Extension[1..].ToUpperInvariant()}"));

    /// <summary>Uploads each picture once, so that there is something to ask for.</summary>
    public async Task PrepareAsync()
    {
        for (var i = 0; i < _pictures.Count; i++)
        {
            var answer = await CompressAsync(i, quality: 80, Stopwatch.GetTimestamp());
            if (answer.Fault is not null) throw new InvalidOperationException(answer.Fault);
        }
    }

    /// <summary>Makes a request.</summary>
    /// <param name="random">Chooses it.</param>
    /// <param name="due">When it should have been made, from where its time counts.</param>
    public async Task<WebAnswer> SendAsync(Random random, long due)
    {
        var (choice, kind) = (random.Next(100), 0);
        while (choice >= Kinds[kind].Share) choice -= Kinds[kind++].Share;
        var (id, width, height) = Any(random);
        var (x, y) = (random.Next(3) * width / 4, random.Next(3) * height / 4);
        return kind switch
        {
            0 => await CompressAsync(random.Next(_pictures.Count), random.Next(LowestQuality, HighestQuality + 1), due),
            1 => await GetAsync(kind, $"/images/{id}.png", IsPng, due),
            2 => await GetAsync(kind, $"/images/{id}.png?w=320", IsPng, due),
            3 => await GetAsync(kind, $"/images/{id}.png?region={x},{y},{width / 4},{height / 4}", IsPng, due),
            _ => await GetAsync(kind, $"/images/{id}.vq", content => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, id.Length / 2)) == id, due),
        };
    }

    private (string Id, int Width, int Height) Any(Random random)
    {
        lock (_kept) return _kept.Count == 0 ? default : _kept[random.Next(_kept.Count)];
    }

    private Task<WebAnswer> CompressAsync(int picture, int quality, long due)
    {
        var (name, body, type) = _pictures[picture];
        var request = new HttpRequestMessage(HttpMethod.Post, $"/compress?quality={quality}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return SendAsync(Kinds[0].Kind, request, due, content =>
        {
            using var json = JsonDocument.Parse(content);
            var image = json.RootElement;
            var id = image.GetProperty("id").GetString()!;
            lock (_kept)
            {
                if (!_kept.Exists(k => k.Id == id)) _kept.Add((id, image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32()));
            }

            return IsAsBefore($"{name} {quality}", id);
        });
    }

    private Task<WebAnswer> GetAsync(int kind, string path, Func<byte[], bool> isRight, long due) => SendAsync(
        Kinds[kind].Kind, new HttpRequestMessage(HttpMethod.Get, path), due, content => isRight(content) && IsAsBefore(path, Convert.ToHexStringLower(SHA256.HashData(content))));

    private async Task<WebAnswer> SendAsync(string kind, HttpRequestMessage request, long due, Func<byte[], bool> isRight)
    {
        using (request)
        {
            try
            {
                using var response = await client.SendAsync(request);
                var content = await response.Content.ReadAsByteArrayAsync();
                var seconds = Stopwatch.GetElapsedTime(due).TotalSeconds;
                var fault = response.StatusCode switch
                {
                    HttpStatusCode.OK or HttpStatusCode.Created => isRight(content) ? null : "another answer than before, or not what it says",
                    HttpStatusCode.TooManyRequests => response.Headers.RetryAfter is null ? "refused without Retry-After" : null,
                    var status => $"status {(int)status}: {System.Text.Encoding.UTF8.GetString(content)}",
                };
                return new WebAnswer(kind, response.StatusCode, seconds, fault is null ? null : $"{request.Method} {request.RequestUri}: {fault}");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                return new WebAnswer(kind, null, Stopwatch.GetElapsedTime(due).TotalSeconds, $"{request.Method} {request.RequestUri}: {e.GetBaseException().Message}");
            }
        }
    }

    private bool IsAsBefore(string what, string value) => _known.GetOrAdd(what, value) == value;

    private static bool IsPng(byte[] content) => content.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) && content.AsSpan(content.Length - 8).StartsWith("IEND"u8);

    private static byte[] Draw(int width, int height, string extension, int seed)
    {
        using var raw = Image.NewFromMemory(DrawnImage.Rgb(width, height, seed), width, height, 3, Enums.BandFormat.Uchar);
        using var typed = raw.Copy(interpretation: Enums.Interpretation.Srgb);
        return typed.WriteToBuffer(extension);
    }
}
