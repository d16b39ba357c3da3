using System.Buffers.Binary;
using VqVae.TestSupport;
using VqVae.Trainer.Native;

namespace VqVae.Trainer.Tests.Native;

public sealed class ElfDynamicSymbolsTests : IDisposable
{
    /// <summary>Where the type of the last section stands.</summary>
    private const int VersionsType = 64 + (3 * 64) + 4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Exported_EachBinding_NamesWhatOthersCanBindTo() =>
        Assert.Equal(["defined", "weakly", "once", "versioned"], Read(Library()).Exported);

    [Fact]
    public void Required_EachBinding_NamesWhatMustBeDefinedElsewhere() =>
        Assert.Equal(["wanted", "wanted2"], Read(Library()).Required);

    [Fact]
    public void Required_LibraryWithoutVersions_NamesAllUndefined()
    {
        var elf = Library();
        elf[VersionsType] = 0;
        Assert.Equal(["wanted", "malloc", "wanted2"], Read(elf).Required);
    }

    [Fact]
    public void Read_EveryPrefix_IsRefused()
    {
        var elf = Library();
        for (var length = 0; length < elf.Length; length++) Assert.Throws<InvalidDataException>(() => Read(elf[..length]));
    }

    [Theory]
    [InlineData(64 + (2 * 64) + 0x20, long.MaxValue)]
    [InlineData(64 + (2 * 64) + 0x18, -1)]
    [InlineData(64 + (2 * 64) + 0x28, 77)]
    [InlineData(0x28, long.MaxValue)]
    [InlineData(0x3a, 3)]
    [InlineData(0, 0)]
    public void Read_ImpossibleSizesAndPlaces_AreRefusedWithoutAllocatingThem(int at, long value)
    {
        var elf = Library();
        if (at is 0x3a) BinaryPrimitives.WriteInt16LittleEndian(elf.AsSpan(at), (short)value);
        else if (at == 64 + (2 * 64) + 0x28) BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(at), (int)value);
        else BinaryPrimitives.WriteInt64LittleEndian(elf.AsSpan(at), value);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => Read(elf));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Read_RandomlyDamaged_AnswersOrThrowsInvalidDataException()
    {
        var random = new Random(5);
        var (answered, refused) = (0, 0);
        for (var i = 0; i < 2000; i++)
        {
            var elf = Library();
            for (var n = random.Next(1, 4); n > 0; n--) elf[random.Next(6, elf.Length)] = (byte)random.Next(256);
            try
            {
                var symbols = Read(elf);
                Assert.InRange(symbols.Exported.Count() + symbols.Required.Count(), 0, 10);
                answered++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(answered, 100, 1900);
        Assert.InRange(refused, 100, 1900);
    }

    private static byte[] Library() => ElfLibrary.Write(
        ("defined", ElfLibrary.Global, true, ElfLibrary.NoVersion),
        ("wanted", ElfLibrary.Global, false, ElfLibrary.NoVersion),
        ("malloc", ElfLibrary.Global, false, 2),
        ("private", ElfLibrary.Local, true, 0),
        ("weakly", ElfLibrary.Weak, true, ElfLibrary.NoVersion),
        ("optional", ElfLibrary.Weak, false, ElfLibrary.NoVersion),
        ("once", ElfLibrary.Unique, true, ElfLibrary.NoVersion),
        ("versioned", ElfLibrary.Global, true, 3),
        ("wanted2", ElfLibrary.Global, false, ElfLibrary.NoVersion));

    private ElfDynamicSymbols Read(byte[] elf)
    {
        File.WriteAllBytes(_folder["library.so"], elf);
        return ElfDynamicSymbols.Read(_folder["library.so"]);
    }
}
