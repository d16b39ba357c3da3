using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using VqVae.Runtime;

namespace VqVae.Samples.Tests;

public class CompressTests(SharedService shared) : IClassFixture<SharedService>
{
    private readonly TestService _service = shared.Service;

    [Theory]
    [InlineData(".png", "image/png")]
    [InlineData(".jpg", "image/jpeg")]
    [InlineData(".webp", "image/webp")]
    [InlineData(".tif", "image/tiff")]
    public async Task Post_EachFormat_KeepsAFileOfThatSize(string extension, string type)
    {
        var picture = Pictures.Drawn(120, 70, extension, seed: extension.Length + extension[1]);

        using var response = await _service.PostAsync(picture, type);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var vq = await _service.Client.GetByteArrayAsync(response.Headers.Location);
        var info = VqFile.ReadInfo(vq);
        Assert.Equal((120, 70), (info.Width, info.Height));
        VqFile.Verify(vq);
    }

    [Fact]
    public async Task Post_Picture_DescribesTheFileThatIsKept()
    {
        var picture = Pictures.Drawn(96, 64, seed: 7);

        var image = await _service.AddAsync(picture);

        var vq = await _service.Client.GetByteArrayAsync(image.Vq);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(vq))[..32], image.Id);
        Assert.Equal(($"/images/{image.Id}.vq", $"/images/{image.Id}.png"), (image.Vq, image.Png));
        Assert.Equal((96, 64, picture.Length, vq.Length), (image.Width, image.Height, image.UploadedBytes, image.Bytes));
        Assert.Equal(8.0 * vq.Length / 96 / 64, image.BitsPerPixel, tolerance: 1e-4);
        Assert.Equal(VqFile.ReadInfo(vq).ModelId.ToString(), image.Model);
        Assert.Equal(vq, File.ReadAllBytes(Path.Combine(_service.Images, image.Id[..2], image.Id + ".vq")));
    }

    [Fact]
    public async Task Post_SamePictureAgain_IsTheSameImageAndNotNew()
    {
        var picture = Pictures.Drawn(80, 80, seed: 11);
        using var first = await _service.PostAsync(picture);

        using var second = await _service.PostAsync(picture);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
    }

    [Fact]
    public async Task Post_ThatAcceptsTheFile_GivesItAndKeepsNothing()
    {
        var picture = Pictures.Drawn(90, 60, seed: 12);

        using var response = await _service.PostAsync(picture, accept: "application/vnd.vq");

        Assert.Equal((HttpStatusCode.OK, "application/vnd.vq"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        var vq = await response.Content.ReadAsByteArrayAsync();
        VqFile.Verify(vq);
        var id = Convert.ToHexStringLower(SHA256.HashData(vq))[..32];
        using var kept = await _service.Client.GetAsync($"/images/{id}.vq");
        Assert.Equal(HttpStatusCode.NotFound, kept.StatusCode);
    }

    [Fact]
    public async Task Post_Qualities_GrowWithTheNumber()
    {
        var picture = Pictures.Drawn(256, 256, seed: 5);
        var sizes = new List<long>();
        foreach (var quality in (int[])[1, 60, 100]) sizes.Add((await _service.AddAsync(picture, query: $"?quality={quality}")).Bytes);
        Assert.True(sizes[0] < sizes[1] && sizes[1] < sizes[2], string.Join(", ", sizes));
    }

    [Fact]
    public async Task Post_Bytes_AreNotExceeded()
    {
        var picture = Pictures.Drawn(256, 256, seed: 5);
        var free = await _service.AddAsync(picture);

        var bound = await _service.AddAsync(picture, query: $"?bytes={free.Bytes / 2}");

        Assert.InRange(bound.Bytes, free.Bytes / 4, free.Bytes / 2);
        Assert.Contains("bytes", await Problem.AssertAsync(HttpStatusCode.UnprocessableEntity, await _service.PostAsync(picture, query: "?bytes=30")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?quality=0")]
    [InlineData("?quality=101")]
    [InlineData("?quality=best")]
    [InlineData("?bytes=0")]
    [InlineData("?bytes=-5")]
    [InlineData("?bytes=1e9")]
    [InlineData("?quality=50&bytes=1000")]
    public async Task Post_BadParameters_Give400(string query)
    {
        var detail = await Problem.AssertAsync(HttpStatusCode.BadRequest, await _service.PostAsync(Pictures.Drawn(16, 16), query: query));
        Assert.Contains(query[1..query.IndexOf('=', StringComparison.Ordinal)], detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image/gif")]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task Post_OtherTypes_Give415(string type) => await Problem.AssertAsync(HttpStatusCode.UnsupportedMediaType, await _service.PostAsync(Pictures.Drawn(16, 16), type));

    [Fact]
    public async Task Post_WithoutTypeOrEncoded_Gives415()
    {
        using var untyped = new ByteArrayContent(Pictures.Drawn(16, 16));
        await Problem.AssertAsync(HttpStatusCode.UnsupportedMediaType, await _service.Client.PostAsync("/compress", untyped));

        using var encoded = new ByteArrayContent(Pictures.Drawn(16, 16));
        encoded.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        encoded.Headers.ContentEncoding.Add("gzip");
        await Problem.AssertAsync(HttpStatusCode.UnsupportedMediaType, await _service.Client.PostAsync("/compress", encoded));
    }

    [Fact]
    public async Task Post_NoBody_Gives400() => await Problem.AssertAsync(HttpStatusCode.BadRequest, await _service.PostAsync([]));

    [Fact]
    public async Task Post_AnotherFormatThanItsType_Gives422() =>
        Assert.Contains("PNG", await Problem.AssertAsync(HttpStatusCode.UnprocessableEntity, await _service.PostAsync(Pictures.Drawn(16, 16, ".jpg"))), StringComparison.Ordinal);
}
