using System.Buffers.Binary;
using System.Text;
using VqVae.Build;

namespace VqVae.Models.Tests.Build;

public class ElfSymbolVersionsTests
{
    private const string Wanted = "GLIBCXX_3.4.32";

    /// <summary>Offset of the flags of the entry for <see cref="Wanted"/> in <see cref="Library"/>.</summary>
    private const int WantedFlags = NeedB + 16 + 16 + 4;

    private const int Strings = 64;
    private const int NeedA = Strings + 64;
    private const int NeedB = NeedA + 32;
    private const int Sections = NeedB + 48;

    [Fact]
    public void IsWeak_EachRequirement_IsFoundInEveryList()
    {
        var elf = Library();
        Assert.Equal(false, ElfSymbolVersions.IsWeak(elf, "GLIBC_2.34"));
        Assert.Equal(true, ElfSymbolVersions.IsWeak(elf, "GLIBCXX_3.4.29"));
        Assert.Equal(false, ElfSymbolVersions.IsWeak(elf, Wanted));
        Assert.Null(ElfSymbolVersions.IsWeak(elf, "GLIBCXX_3.4"));
        Assert.Null(ElfSymbolVersions.IsWeak(elf, "GLIBCXX_3.4.320"));
        Assert.Null(ElfSymbolVersions.IsWeak(elf, ""));
    }

    [Fact]
    public void Weaken_ARequirement_SetsItsFlagAndNothingElse()
    {
        var elf = Library();
        Assert.True(ElfSymbolVersions.Weaken(elf, Wanted));

        var expected = Library();
        expected[WantedFlags] |= 2;
        Assert.Equal(expected, elf);
        Assert.Equal(true, ElfSymbolVersions.IsWeak(elf, Wanted));
        Assert.True(ElfSymbolVersions.Weaken(elf, Wanted));
        Assert.Equal(expected, elf);
    }

    [Fact]
    public void Weaken_WhatIsNotRequired_ChangesNothing()
    {
        var elf = Library();
        Assert.False(ElfSymbolVersions.Weaken(elf, "GLIBCXX_3.4.33"));
        Assert.Equal(Library(), elf);
    }

    [Fact]
    public void Weaken_LibraryWithoutVersions_ChangesNothing()
    {
        var elf = Library();
        elf[Sections + 64 + 4] = 1;
        Assert.False(ElfSymbolVersions.Weaken(elf, Wanted));
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(0x3c), 0);
        Assert.False(ElfSymbolVersions.Weaken(elf, Wanted));
    }

    [Theory]
    [InlineData(0, 0x7e)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    public void IsWeak_AnotherKindOfFile_ThrowsInvalidDataException(int at, byte value)
    {
        var elf = Library();
        elf[at] = value;
        Assert.Throws<InvalidDataException>(() => ElfSymbolVersions.IsWeak(elf, Wanted));
    }

    [Fact]
    public void IsWeak_EveryPrefix_ThrowsInvalidDataException()
    {
        var elf = Library();
        for (var length = 0; length < elf.Length; length++)
        {
            // The section table lies at the end; its last bytes (alignment and entry size) are not read.
            if (length >= elf.Length - 20) Assert.Equal(false, ElfSymbolVersions.IsWeak(elf[..length], Wanted));
            else Assert.Throws<InvalidDataException>(() => ElfSymbolVersions.IsWeak(elf[..length], Wanted));
        }
    }

    [Fact]
    public void IsWeak_RandomlyDamaged_AnswersOrThrowsInvalidDataException()
    {
        var random = new Random(11);
        var (answered, refused) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var elf = Library();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                var at = random.Next(6, elf.Length - 8);
                if (random.Next(2) == 0) elf[at] ^= (byte)(1 << random.Next(8));
                else BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(at), random.Next(3) switch { 0 => -1, 1 => int.MaxValue, _ => random.Next(256) });
            }

            try
            {
                ElfSymbolVersions.IsWeak(elf, Wanted);
                answered++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(answered, 500, 19_500);
        Assert.InRange(refused, 500, 19_500);
    }

    [Fact]
    public void IsWeak_EntriesThatOverlapByOneByte_EndsWithInvalidDataException()
    {
        // Every byte starts an entry whose successor is one byte on: quadratic without a limit.
        var elf = new byte[4_000_000];
        Library().AsSpan(0, Sections + 128).CopyTo(elf);
        var table = elf.Length - 128;
        elf.AsSpan(Sections, 128).CopyTo(elf.AsSpan(table));
        BinaryPrimitives.WriteInt64LittleEndian(elf.AsSpan(0x28), table);
        for (var at = Sections; at < table; at += 4) BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(at), 4);
        BinaryPrimitives.WriteInt64LittleEndian(elf.AsSpan(table + 64 + 0x18), Sections);

        Assert.Throws<InvalidDataException>(() => ElfSymbolVersions.IsWeak(elf, "absent"));
    }

    /// <summary>A library with a string table and two lists of required versions: 64-bit little-endian ELF, nothing else in it.</summary>
    private static byte[] Library()
    {
        var elf = new byte[Sections + (2 * 64)];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(elf);
        Int64(0x28, Sections);
        Int16(0x3a, 64);
        Int16(0x3c, 2);

        var names = new Dictionary<string, int>();
        var end = 1;
        foreach (var name in new[] { "GLIBC_2.34", "GLIBCXX_3.4.29", Wanted })
        {
            names[name] = end;
            Encoding.ASCII.GetBytes(name).CopyTo(elf, Strings + end);
            end += name.Length + 1;
        }

        Need(NeedA, count: 1, next: NeedB - NeedA);
        Aux(NeedA + 16, "GLIBC_2.34", flags: 0, next: 0);
        Need(NeedB, count: 2, next: 0);
        Aux(NeedB + 16, "GLIBCXX_3.4.29", flags: 2, next: 16);
        Aux(NeedB + 32, Wanted, flags: 0, next: 0);

        Int32(Sections + 4, 3);
        Int64(Sections + 0x18, Strings);
        Int32(Sections + 64 + 4, 0x6ffffffe);
        Int64(Sections + 64 + 0x18, NeedA);
        return elf;

        void Need(int at, short count, int next)
        {
            Int16(at, 1);
            Int16(at + 2, count);
            Int32(at + 8, 16);
            Int32(at + 12, next);
        }

        void Aux(int at, string name, short flags, int next)
        {
            Int16(at + 4, flags);
            Int32(at + 8, names[name]);
            Int32(at + 12, next);
        }

        void Int16(int at, short value) => BinaryPrimitives.WriteInt16LittleEndian(elf.AsSpan(at), value);
        void Int32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(at), value);
        void Int64(int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(elf.AsSpan(at), value);
    }
}
