using System.Net;
using System.Net.Http.Headers;
using VqVae.Runtime;

namespace VqVae.Samples.Tests;

public class ImageTests(SharedService shared) : IClassFixture<SharedService>
{
    private const int Width = 200, Height = 120;

    private readonly TestService _service = shared.Service;

    [Fact]
    public async Task Png_Whole_IsTheDecompressedPicture()
    {
        var image = await _service.AddAsync(Pictures.Drawn(Width, Height));
        using var codec = VqCodec.LoadDefault(new VqCodecOptions { Threads = 1 });
        var expected = codec.Decompress(await _service.Client.GetByteArrayAsync(image.Vq));

        using var response = await _service.Client.GetAsync(image.Png);

        Assert.Equal("image/png", response.Content.Headers.ContentType!.MediaType);
        var (width, height, bands, pixels) = Pictures.Read(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal((Width, Height, 3), (width, height, bands));
        Assert.Equal(expected.Pixels, pixels);
    }

    [Fact]
    public async Task Png_Region_IsThatPartOfTheWhole()
    {
        var image = await _service.AddAsync(Pictures.Drawn(Width, Height));
        var whole = Pictures.Read(await _service.Client.GetByteArrayAsync(image.Png));

        var part = Pictures.Read(await _service.Client.GetByteArrayAsync(image.Png + "?region=50,30,64,40"));

        Assert.Equal((64, 40), (part.Width, part.Height));
        for (var y = 0; y < 40; y++)
            for (var x = 0; x < 3 * 64; x++) Assert.InRange(part.Pixels[(y * 3 * 64) + x] - whole.Pixels[((30 + y) * 3 * Width) + (3 * 50) + x], -1, 1);
    }

    [Theory]
    [InlineData("?w=50", 50, 30)]
    [InlineData("?w=1", 1, 1)]
    [InlineData("?w=5000", Width, Height)]
    [InlineData("?region=0,0,100,120&w=25", 25, 30)]
    public async Task Png_Width_IsScaledDownAndNeverUp(string query, int width, int height)
    {
        var image = await _service.AddAsync(Pictures.Drawn(Width, Height));
        var png = Pictures.Read(await _service.Client.GetByteArrayAsync(image.Png + query));
        Assert.Equal((width, height), (png.Width, png.Height));
    }

    [Fact]
    public async Task Png_Transparency_IsKept()
    {
        var image = await _service.AddAsync(Pictures.Transparent(100, 40));

        var whole = Pictures.Read(await _service.Client.GetByteArrayAsync(image.Png));
        var small = Pictures.Read(await _service.Client.GetByteArrayAsync(image.Png + "?w=50"));

        Assert.Equal((100, 4), (whole.Width, whole.Bands));
        for (var x = 0; x < 100; x++) Assert.Equal(255 * x / 99, whole.Pixels[(4 * x) + 3]);
        Assert.Equal((50, 4), (small.Width, small.Bands));
        Assert.InRange(small.Pixels[^1], 253, 255);
    }

    [Theory]
    [InlineData("?region=1,2,3")]
    [InlineData("?region=0,0,0,10")]
    [InlineData("?region=-1,0,10,10")]
    [InlineData("?region=0,0,201,10")]
    [InlineData("?region=2147483647,0,2147483647,1")]
    [InlineData("?region=a,b,c,d")]
    [InlineData("?w=0")]
    [InlineData("?w=-1")]
    [InlineData("?w=99999999999")]
    public async Task Png_BadParameters_Give400(string query)
    {
        var image = await _service.AddAsync(Pictures.Drawn(Width, Height));
        await Problem.AssertAsync(HttpStatusCode.BadRequest, await _service.Client.GetAsync(image.Png + query));
    }

    [Theory]
    [InlineData("vq")]
    [InlineData("png")]
    public async Task Get_Kept_MayBeKeptForeverAndIsNotSentAgain(string extension)
    {
        var image = await _service.AddAsync(Pictures.Drawn(Width, Height));
        var path = $"/images/{image.Id}.{extension}";
        using var first = await _service.Client.GetAsync(path);
        Assert.Equal("public, max-age=31536000, immutable", first.Headers.CacheControl!.ToString());
        Assert.Equal("nosniff", Assert.Single(first.Headers.GetValues("X-Content-Type-Options")));
        var tag = first.Headers.ETag!;
        Assert.Contains(image.Id, tag.Tag, StringComparison.Ordinal);

        using var known = await SendAsync(HttpMethod.Get, path, tag);
        using var other = await SendAsync(HttpMethod.Get, path, new EntityTagHeaderValue("\"other\""));
        using var any = await SendAsync(HttpMethod.Get, path, EntityTagHeaderValue.Any);
        using var head = await SendAsync(HttpMethod.Head, path, null);

        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        Assert.Equal(tag, known.Headers.ETag);
        Assert.Empty(await known.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, any.StatusCode);
        Assert.Equal((HttpStatusCode.OK, tag), (head.StatusCode, head.Headers.ETag));
        Assert.Equal(first.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Png_Tags_DifferByWhatIsAskedFor()
    {
        var image = await _service.AddAsync(Pictures.Drawn(Width, Height));
        var tags = new HashSet<string>();
        foreach (var query in (string[])["", "?w=20", "?w=21", "?region=0,0,10,10", "?region=0,0,10,11", "?region=1,0,10,10"])
        {
            using var response = await SendAsync(HttpMethod.Head, image.Png + query, null);
            Assert.True(tags.Add(response.Headers.ETag!.Tag), query);
        }
    }

    [Fact]
    public async Task Vq_Range_IsThatPart()
    {
        var image = await _service.AddAsync(Pictures.Drawn(Width, Height));
        var vq = await _service.Client.GetByteArrayAsync(image.Vq);
        using var request = new HttpRequestMessage(HttpMethod.Get, image.Vq) { Headers = { Range = new RangeHeaderValue(0, 99) } };

        using var response = await _service.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(vq[..100], await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/images/0123456789abcdef0123456789abcdef.vq")]
    [InlineData("/images/0123456789ABCDEF0123456789ABCDEF.vq")]
    [InlineData("/images/short.vq")]
    [InlineData("/images/..%2f..%2fappsettings.json.vq")]
    [InlineData("/images/%2e%2e%2f%2e%2e%2fetc%2fpasswd.png")]
    [InlineData("/images/0123456789abcdef0123456789abcde%2f.png")]
    [InlineData("/images/0123456789abcdef0123456789abcdef.png?w=10")]
    [InlineData("/images/0123456789abcdef0123456789abcdef.gif")]
    [InlineData("/nothing")]
    public async Task Get_Unknown_Gives404(string path)
    {
        await Problem.AssertAsync(HttpStatusCode.NotFound, await _service.Client.GetAsync(path));
        using var head = await SendAsync(HttpMethod.Head, path, null);
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
    }

    [Fact]
    public async Task Delete_Image_Gives405() =>
        await Problem.AssertAsync(HttpStatusCode.MethodNotAllowed, await _service.Client.DeleteAsync("/images/0123456789abcdef0123456789abcdef.vq"));

    [Fact]
    public async Task Png_DamagedFile_Gives500AndTheServiceGoesOn()
    {
        var image = await _service.AddAsync(Pictures.Drawn(Width, Height, seed: 99));
        var path = Path.Combine(_service.Images, image.Id[..2], image.Id + ".vq");
        var vq = File.ReadAllBytes(path);
        vq[vq.Length / 2] ^= 1;
        File.WriteAllBytes(path, vq);

        await Problem.AssertAsync(HttpStatusCode.InternalServerError, await _service.Client.GetAsync(image.Png));

        Assert.NotEqual(image.Id, (await _service.AddAsync(Pictures.Drawn(Width, Height, seed: 100))).Id);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, EntityTagHeaderValue? known)
    {
        var request = new HttpRequestMessage(method, path);
        if (known is not null) request.Headers.IfNoneMatch.Add(known);
        return _service.Client.SendAsync(request);
    }
}
