using VqVae.Models;

namespace VqVae.Runtime.Tests.Entropy;

/// <summary>What the documents say about the modes 1 and 2 is what the coders do.</summary>
public class RansDocumentTests
{
    private static readonly LatentPlane[] Planes = [new("coarse", 16, 1, 30), new("fine", 8, 2, 50)];

    [Theory]
    [InlineData(5, 4)]
    [InlineData(30, 20)]
    [InlineData(70, 60)]
    public void PlainDecoder_OfTheDocuments_DecodesEveryBlock(int width, int height)
    {
        var random = new Random(width);
        var tables = new ModelTables(Planes, [new RatePointTables { Static = RandomTables.Static(random, Planes), Fast = RandomTables.Fast(random, Planes) }]);
        var plain = new PlainRans(tables.Write(), Planes);
        for (var plane = 0; plane < Planes.Length; plane++)
        {
            var n = width * height;
            var maps = RandomTables.Indices(random, Planes[plane].Codes, Planes[plane].Stages * n);
            for (var stage = 0; stage < Planes[plane].Stages; stage++)
            {
                var expected = maps.Skip(stage * n).Take(n).Select(i => (int)i).ToArray();
                Assert.Equal(expected, plain.DecodeStatic(Encode(VqEntropyMode.Static), plane, stage, n));
                var before = stage == 0 ? [] : maps.Skip((stage - 1) * n).Take(n).Select(i => (int)i).ToArray();
                Assert.Equal(expected, plain.DecodeFast(Encode(VqEntropyMode.Fast), plane, stage, width, height, before));

                byte[] Encode(VqEntropyMode mode)
                {
                    var bytes = new byte[(4 * n) + 16];
                    var block = new IndexBlock
                    {
                        Plane = plane,
                        Stage = stage,
                        Width = width,
                        Height = height,
                        Earlier = maps.AsSpan(0, stage * n),
                        Indices = maps.AsSpan(stage * n, n),
                    };
                    return bytes[..tables.Coder(mode, 0)!.Encode(block, bytes)];
                }
            }
        }
    }
}
