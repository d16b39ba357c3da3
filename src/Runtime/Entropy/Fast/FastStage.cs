using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>
/// The tables of <see cref="VqEntropyMode.Fast"/> for one stage of one plane: a position's context is the class of the code to its left, of
/// the one above and of the one on the stage before; the context chooses the table that codes the class of the position's own code, and
/// that table the ones that code which code of the class it is. The tables are kept as the coder uses them, and only once.
/// </summary>
internal sealed class FastStage
{
    /// <summary>All frequencies of a table add up to 2 to the power of this.</summary>
    public const int Bits = 12;

    /// <summary>Most classes of codes, and most tables for them.</summary>
    public const int MaxClasses = 255, MaxClassTables = 256, MaxCodeTables = 255;

    /// <summary>Slots that a hint is for, as a power of two, and hints of a class table.</summary>
    public const int HintBits = 8, Hints = 1 << (Bits - HintBits);

    /// <summary>Numbers above all slots behind the starts, so that whole vectors may be read.</summary>
    public const int Padding = 16;

    /// <summary>Most codes of a stage that has tables.</summary>
    public const int MaxCodes = 1 << 15;

    /// <summary>Each code's class as a neighbour, below <see cref="NeighbourClasses"/>.</summary>
    public required byte[] NeighbourClass { get; init; }

    /// <summary>Classes of neighbours; a neighbour outside the tile is of one more.</summary>
    public required int NeighbourClasses { get; init; }

    /// <summary>The class of each code of the stage before; empty on the first stage.</summary>
    public required byte[] BeforeClass { get; init; }

    /// <summary>Classes of the codes of the stage before; 1 on the first stage.</summary>
    public required int BeforeClasses { get; init; }

    /// <summary>Each code's own class, which is coded first.</summary>
    public required byte[] CodeClass { get; init; }

    /// <summary>The context (above · before classes + before) · (neighbour classes + 1) + left → its class table.</summary>
    public required byte[] ClassTable { get; init; }

    /// <summary>The class table → its code table.</summary>
    public required byte[] CodeTable { get; init; }

    /// <summary>For each class table: each class's first slot, and behind them 2 to the power of <see cref="Bits"/>. At the end <see cref="Padding"/> numbers more.</summary>
    public required ushort[] ClassStarts { get; init; }

    /// <summary>For each code table, for each class: each code's first slot, in ascending order of the codes, and behind them 2 to the power of <see cref="Bits"/>. Padded likewise.</summary>
    public required ushort[] CodeStarts { get; init; }

    /// <summary>For each class table, for each 256 slots: the class of the first of them, from which a search need not go far.</summary>
    public required byte[] ClassHint { get; init; }

    /// <summary>Where a class begins among the starts of a code table; behind the last class their number.</summary>
    public required ushort[] ClassOffset { get; init; }

    /// <summary>A code's place among the starts of a code table.</summary>
    public required ushort[] CodePlace { get; init; }

    /// <summary>The code at a place among the starts of a code table.</summary>
    public required ushort[] PlaceCode { get; init; }

    /// <summary>Classes of the stage's own codes.</summary>
    public int Classes => ClassOffset.Length - 1;

    /// <summary>Starts of one code table.</summary>
    public int CodeTableLength => ClassOffset[^1];

    /// <summary>Bytes that the arrays hold.</summary>
    public int Bytes =>
        NeighbourClass.Length + BeforeClass.Length + CodeClass.Length + ClassTable.Length + CodeTable.Length + ClassHint.Length
        + (sizeof(ushort) * (ClassStarts.Length + CodeStarts.Length + ClassOffset.Length + CodePlace.Length + PlaceCode.Length));

    /// <summary>Puts tables together.</summary>
    /// <param name="neighbourClass">Each code's class as a neighbour.</param>
    /// <param name="beforeClass">The class of each code of the stage before; empty on the first stage.</param>
    /// <param name="codeClass">Each code's own class; none below the highest is empty.</param>
    /// <param name="classTable">Each context's class table.</param>
    /// <param name="codeTable">Each class table's code table.</param>
    /// <param name="classes">For each class table the classes' frequencies.</param>
    /// <param name="codes">For each code table, for each class, its codes' frequencies.</param>
    public static FastStage Create(
        byte[] neighbourClass,
        byte[] beforeClass,
        byte[] codeClass,
        byte[] classTable,
        byte[] codeTable,
        IReadOnlyList<FrequencyTable> classes,
        IReadOnlyList<IReadOnlyList<FrequencyTable>> codes)
    {
        var count = codeClass.Max() + 1;
        var (offset, place, code) = Places(codeClass, count);
        var starts = Starts(classes, classes.Count * (count + 1));
        return new FastStage
        {
            NeighbourClass = neighbourClass,
            NeighbourClasses = neighbourClass.Max() + 1,
            BeforeClass = beforeClass,
            BeforeClasses = beforeClass.Length == 0 ? 1 : beforeClass.Max() + 1,
            CodeClass = codeClass,
            ClassTable = classTable,
            CodeTable = codeTable,
            ClassStarts = starts,
            CodeStarts = Starts(codes.SelectMany(table => table), codes.Count * offset[^1]),
            ClassHint = FindHints(starts, classes.Count, count),
            ClassOffset = offset,
            CodePlace = place,
            PlaceCode = code,
        };
    }

    /// <summary>Reads what <see cref="Write(TableWriter, FastStage)"/> writes.</summary>
    /// <returns>The tables, or <c>null</c> where the stage has none.</returns>
    /// <exception cref="ModelFormatException">They are malformed.</exception>
    public static FastStage? Read(ref TableReader reader, int codes, bool first, string what)
    {
        if (reader.ReadByte(what + ": whether it has tables", 0, codes > MaxCodes ? 0 : 1) == 0) return null;
        var (neighbourClass, neighbours) = ReadClasses(ref reader, codes, what + ": classes of neighbours");
        var (beforeClass, befores) = first ? ([], 1) : ReadClasses(ref reader, codes, what + ": classes of the stage before");
        var (codeClass, classes) = ReadClasses(ref reader, codes, what + ": classes of codes");
        var classTables = reader.ReadUInt16(what + ": class tables", 1, MaxClassTables);
        var codeTables = reader.ReadByte(what + ": code tables", 1, MaxCodeTables);
        var classTable = ReadBelow(ref reader, (neighbours + 1) * (neighbours + 1) * befores, classTables, what + ": context");
        var codeTable = ReadBelow(ref reader, classTables, codeTables, what + ": class table's code table");
        var sizes = new int[classes];
        foreach (var c in codeClass) sizes[c]++;

        // What follows has a known size: nothing is allocated for what is not there.
        var size = 2 * ((classTables * classes) + (codeTables * codes));
        if (reader.Remaining < size) reader.Invalid(what + ": frequencies", $"{size} bytes", $"{reader.Remaining}");
        var classFrequencies = new FrequencyTable[classTables];
        for (var t = 0; t < classTables; t++) classFrequencies[t] = FrequencyTable.ReadFrequencies(ref reader, Bits, classes, what + ": classes");
        var codeFrequencies = new FrequencyTable[codeTables][];
        for (var t = 0; t < codeTables; t++)
        {
            codeFrequencies[t] = new FrequencyTable[classes];
            for (var c = 0; c < classes; c++)
                codeFrequencies[t][c] = FrequencyTable.ReadFrequencies(ref reader, Bits, sizes[c], what + ": codes");
        }

        return Create(neighbourClass, beforeClass, codeClass, classTable, codeTable, classFrequencies, codeFrequencies);
    }

    /// <summary>Writes the tables, or that there are none.</summary>
    public static void Write(TableWriter writer, FastStage? stage)
    {
        writer.WriteByte(stage is null ? 0 : 1);
        stage?.Write(writer);
    }

    private void Write(TableWriter writer)
    {
        writer.WriteByte(NeighbourClasses);
        writer.WriteBytes(NeighbourClass);
        if (BeforeClass.Length > 0)
        {
            writer.WriteByte(BeforeClasses);
            writer.WriteBytes(BeforeClass);
        }

        writer.WriteByte(Classes);
        writer.WriteBytes(CodeClass);
        writer.WriteUInt16(CodeTable.Length);
        writer.WriteByte((CodeStarts.Length - Padding) / CodeTableLength);
        writer.WriteBytes(ClassTable);
        writer.WriteBytes(CodeTable);
        WriteFrequencies(writer, ClassStarts);
        WriteFrequencies(writer, CodeStarts);
    }

    /// <summary>Frequencies are the differences of the starts; where a table ends, the next one begins at 0.</summary>
    private static void WriteFrequencies(TableWriter writer, ushort[] starts)
    {
        for (var i = 1; i < starts.Length - Padding; i++)
            if (starts[i] > starts[i - 1]) writer.WriteUInt16(starts[i] - starts[i - 1]);
    }

    private static ushort[] Starts(IEnumerable<FrequencyTable> tables, int length)
    {
        var starts = new ushort[length + Padding];
        Array.Fill(starts, ushort.MaxValue);
        var i = 0;
        foreach (var table in tables)
        {
            var start = 0;
            foreach (var frequency in table.Frequencies)
            {
                starts[i++] = (ushort)start;
                start += frequency;
            }

            starts[i++] = (ushort)start;
        }

        return starts;
    }

    private static byte[] FindHints(ushort[] starts, int tables, int classes)
    {
        var hints = new byte[tables * Hints];
        for (var i = 0; i < hints.Length; i++)
        {
            var row = starts.AsSpan(i / Hints * (classes + 1), classes + 1);
            var slot = i % Hints << HintBits;
            var hint = 0;
            while (row[hint + 1] <= slot) hint++;
            hints[i] = (byte)hint;
        }

        return hints;
    }

    private static (ushort[] Offset, ushort[] Place, ushort[] Code) Places(byte[] codeClass, int classes)
    {
        var offset = new ushort[classes + 1];
        var sizes = new int[classes];
        foreach (var c in codeClass) sizes[c]++;
        for (var c = 0; c < classes; c++) offset[c + 1] = (ushort)(offset[c] + sizes[c] + 1);
        var next = offset.ToArray();
        var (place, code) = (new ushort[codeClass.Length], new ushort[offset[^1]]);
        for (var k = 0; k < codeClass.Length; k++)
        {
            place[k] = next[codeClass[k]]++;
            code[place[k]] = (ushort)k;
        }

        return (offset, place, code);
    }

    /// <summary>Reads a number of classes and the class of each code; every class must have one.</summary>
    private static (byte[] Classes, int Count) ReadClasses(ref TableReader reader, int codes, string what)
    {
        var count = reader.ReadByte(what + ": number", 1, MaxClasses);
        var classes = ReadBelow(ref reader, codes, count, what);
        var seen = new bool[count];
        foreach (var c in classes) seen[c] = true;
        if (Array.IndexOf(seen, false) is var missing && missing >= 0) reader.Invalid(what, $"a code of class {missing}", "none");
        return (classes, count);
    }

    private static byte[] ReadBelow(ref TableReader reader, int count, int limit, string what)
    {
        var offset = reader.Offset;
        var bytes = reader.ReadBytes(count, what).ToArray();
        for (var i = 0; i < count; i++)
            if (bytes[i] >= limit) throw new ModelFormatException($"offset {offset + i}: {what}: expected a number below {limit}, got {bytes[i]}");
        return bytes;
    }
}
