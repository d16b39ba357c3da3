#pragma warning disable IDE0005 // The inline task is compiled without implicit usings.
using System;
using System.IO;
using System.Linq;
using System.Text;

#nullable enable

namespace VqVae.Build;

/// <summary>
/// Reads and weakens the symbol versions that a 64-bit little-endian ELF library requires (section <c>.gnu.version_r</c>).
/// </summary>
/// <remarks>
/// TorchSharp's <c>libLibTorchSharp.so</c> requires version <c>GLIBCXX_3.4.32</c> (GCC 13) of libstdc++; Debian 12 and Ubuntu 22.04
/// have 3.4.30 and refuse to load it. The only symbol behind that version, <c>_ZSt21ios_base_library_initv</c>, exists to order
/// initialisers and has no relocation, so nothing is ever bound to it. Marking the version as weak (<c>VER_FLG_WEAK</c>) makes the
/// loader accept a library without it. The layout is that of the "Linux Standard Base Core Specification", chapter "Symbol Versioning".
/// The build runs this file as an inline MSBuild task, and `trainer doctor` the same code, hence .NET Standard 2.0's API only.
/// </remarks>
internal static class ElfSymbolVersions
{
    private const uint SectionTypeVersionNeed = 0x6ffffffe;
    private const ushort FlagWeak = 0x2;

    /// <summary>Far more than any library requires; a loop of overlapping entries ends here.</summary>
    private const int MaxEntries = 100_000;

    /// <summary>Whether <paramref name="elf"/> requires <paramref name="version"/>, and if so whether the requirement is weak.</summary>
    /// <returns><c>null</c> where the version is not required at all; otherwise whether it is marked weak.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a 64-bit little-endian ELF file, or a malformed one.</exception>
    public static bool? IsWeak(byte[] elf, string version)
    {
        var at = FindFlags(elf, version);
        return at < 0 ? null : (ReadUInt16(elf, at) & FlagWeak) != 0;
    }

    /// <summary>Marks the requirement of <paramref name="version"/> as weak, in place.</summary>
    /// <returns><c>true</c> where the version is required (and now weak), <c>false</c> where there is nothing to do.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a 64-bit little-endian ELF file, or a malformed one.</exception>
    public static bool Weaken(byte[] elf, string version)
    {
        var at = FindFlags(elf, version);
        if (at < 0) return false;
        elf[at] |= (byte)FlagWeak;
        return true;
    }

    /// <summary>The offset of the flags of the <c>Elf64_Vernaux</c> entry named <paramref name="version"/>, or −1.</summary>
    private static long FindFlags(byte[] elf, string version)
    {
        CheckHeader(elf);
        var entries = 0;
        var sectionCount = ReadUInt16(elf, 0x3c);
        for (var i = 0u; i < sectionCount; i++)
        {
            var section = Section(elf, i);
            if (ReadUInt32(elf, section + 4) != SectionTypeVersionNeed) continue;

            var strings = ReadOffset(elf, Section(elf, ReadUInt32(elf, section + 0x28)) + 0x18);
            var need = ReadOffset(elf, section + 0x18);
            uint toNextNeed;
            do
            {
                var aux = need + ReadUInt32(elf, need + 8);
                uint toNextAux;
                do
                {
                    if (++entries > MaxEntries) throw new InvalidDataException($"malformed ELF file: more than {MaxEntries} required versions");
                    if (IsName(elf, strings + ReadUInt32(elf, aux + 8), version)) return aux + 4;
                    toNextAux = ReadUInt32(elf, aux + 12);
                    aux += toNextAux;
                }
                while (toNextAux != 0);

                toNextNeed = ReadUInt32(elf, need + 12);
                need += toNextNeed;
            }
            while (toNextNeed != 0);
        }

        return -1;
    }

    /// <summary>Whether a file begins as a 64-bit little-endian ELF file does.</summary>
    /// <exception cref="InvalidDataException">It does not.</exception>
    internal static void CheckHeader(byte[] elf)
    {
        if (elf.Length < 64 || ReadUInt32(elf, 0) != 0x464c457f || elf[4] != 2 || elf[5] != 1)
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
    }

    /// <summary>The offset of a section's header.</summary>
    private static long Section(byte[] elf, uint index) => ReadOffset(elf, 0x28) + ((long)index * ReadUInt16(elf, 0x3a));

    /// <summary>Whether the zero-terminated text at an offset is <paramref name="name"/>.</summary>
    private static bool IsName(byte[] elf, long at, string name)
    {
        for (var i = 0; i < name.Length; i++)
            if (elf[Check(elf, at + i, 1)] != name[i]) return false;
        return elf[Check(elf, at + name.Length, 1)] == 0;
    }

    internal static ushort ReadUInt16(byte[] elf, long at) => BitConverter.ToUInt16(elf, Check(elf, at, 2));

    internal static uint ReadUInt32(byte[] elf, long at) => BitConverter.ToUInt32(elf, Check(elf, at, 4));

    /// <summary>A 64-bit offset into the file; what comes from it stays far from overflow.</summary>
    private static long ReadOffset(byte[] elf, long at)
    {
        var offset = BitConverter.ToUInt64(elf, Check(elf, at, 8));
        return offset <= (ulong)elf.Length ? (long)offset : throw new InvalidDataException($"malformed ELF file: offset {offset} is outside its {elf.Length} bytes");
    }

    private static int Check(byte[] elf, long at, int length) => at >= 0 && at <= elf.Length - length
        ? (int)at
        : throw new InvalidDataException($"malformed ELF file: {length} bytes at {at} are outside its {elf.Length} bytes");
}

#if !VQVAE_TRAINER
/// <summary>The build's task: writes a copy of <see cref="Library"/> that requires <see cref="Version"/> only weakly.</summary>
public sealed class WeakenSymbolVersion : Microsoft.Build.Utilities.Task
{
    [Microsoft.Build.Framework.Required]
    public string Library { get; set; } = "";

    [Microsoft.Build.Framework.Required]
    public string Version { get; set; } = "";

    [Microsoft.Build.Framework.Required]
    public string Output { get; set; } = "";

    public override bool Execute()
    {
        var elf = File.ReadAllBytes(Library);
        var found = ElfSymbolVersions.Weaken(elf, Version);

        // Only written when it changes, so that incremental builds copy nothing.
        if (!File.Exists(Output) || !elf.SequenceEqual(File.ReadAllBytes(Output)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
            File.Delete(Output);
            File.WriteAllBytes(Output, elf);
        }

        Log.LogMessage(found ? "{0}: {1} is now optional" : "{0} does not require {1}", Library, Version);
        return true;
    }
}
#endif
