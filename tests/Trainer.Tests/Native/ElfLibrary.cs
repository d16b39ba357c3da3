using System.Buffers.Binary;
using System.Text;

namespace VqVae.Trainer.Tests.Native;

/// <summary>Writes a library with nothing but dynamic symbols: 64-bit little-endian ELF, as small as it can be.</summary>
internal static class ElfLibrary
{
    public const byte Local = 0;
    public const byte Global = 1;
    public const byte Weak = 2;
    public const byte Unique = 10;

    /// <summary>Version indices of symbols without a version.</summary>
    public const ushort NoVersion = 1;

    private const int Header = 64;
    private const int SectionHeader = 64;
    private const int Sections = 4;

    /// <summary>The file: its header, the section table, names, symbols, versions.</summary>
    public static byte[] Write(params (string Name, byte Binding, bool Defined, ushort Version)[] symbols)
    {
        var names = new MemoryStream();
        names.WriteByte(0);
        var table = new byte[24 * (symbols.Length + 1)];
        var versions = new byte[2 * (symbols.Length + 1)];
        for (var i = 0; i < symbols.Length; i++)
        {
            var (name, binding, defined, version) = symbols[i];
            var at = table.AsSpan(24 * (i + 1));
            BinaryPrimitives.WriteUInt32LittleEndian(at, (uint)names.Length);
            at[4] = (byte)(binding << 4);
            BinaryPrimitives.WriteUInt16LittleEndian(at[6..], (ushort)(defined ? 1 : 0));
            BinaryPrimitives.WriteUInt16LittleEndian(versions.AsSpan(2 * (i + 1)), version);
            names.Write(Encoding.ASCII.GetBytes(name + "\0"));
        }

        var file = new MemoryStream();
        var head = new byte[Header + (Sections * SectionHeader)];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(head);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(0x28), Header);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(0x3a), SectionHeader);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(0x3c), Sections);
        file.Write(head);
        Section(1, 3, names.ToArray(), link: 0);
        Section(2, 11, table, link: 1);
        Section(3, 0x6fffffff, versions, link: 2);
        file.Position = 0;
        file.Write(head);
        return file.ToArray();

        void Section(int index, uint type, byte[] content, int link)
        {
            var section = head.AsSpan(Header + (index * SectionHeader));
            BinaryPrimitives.WriteUInt32LittleEndian(section[4..], type);
            BinaryPrimitives.WriteInt64LittleEndian(section[0x18..], file.Length);
            BinaryPrimitives.WriteInt64LittleEndian(section[0x20..], content.Length);
            BinaryPrimitives.WriteInt32LittleEndian(section[0x28..], link);
            file.Write(content);
        }
    }
}
