using System.Diagnostics;
using System.Text;

namespace VqVae.Fuzz;

/// <summary>
/// Feeds a parser mutated inputs, the same ones for the same seed. Inputs that are refused for a new reason, or read by a new route, are
/// kept and mutated further: it is the parser's own messages that lead deeper into it.
/// </summary>
internal sealed class Fuzzer
{
    /// <summary>What reading an input of less than a megabyte may allocate.</summary>
    public const long MaxAllocatedBytes = 64 << 20;

    /// <summary>How long it may take.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);

    private const int MostKept = 2000;

    private readonly FuzzTarget _target;
    private readonly int _seed;
    private readonly List<byte[]> _inputs;
    private readonly int _seeds;
    private readonly HashSet<string> _reasons = new(StringComparer.Ordinal);

    public Fuzzer(FuzzTarget target, int seed)
    {
        (_target, _seed, _inputs) = (target, seed, [.. target.Seeds]);
        _seeds = _inputs.Count;

        // The seeds are well-formed: a target that refuses its own would test nothing but its first check.
        foreach (var input in target.Seeds) target.Read(input);
    }

    /// <summary>Inputs read so far.</summary>
    public long Executions { get; private set; }

    /// <summary>How many of them were read without an error.</summary>
    public long Accepted { get; private set; }

    /// <summary>Different reasons for refusal that were met.</summary>
    public int Reasons => _reasons.Count;

    /// <summary>Reads one more mutated input.</summary>
    /// <exception cref="FuzzFailure">The parser crashed, or took too much memory or time.</exception>
    public void Step()
    {
        var random = new Random(HashOf(_seed, Executions));
        var input = Mutator.Mutate(Pick(random), Pick(random), random);
        if (random.Next(2) == 0) _target.Repair(input);
        var reason = Read(input);
        Executions++;
        if (reason is null) Accepted++;
        if (_inputs.Count < MostKept && _reasons.Add(reason ?? "read")) _inputs.Add(input);
    }

    /// <summary>Reads an input and checks what it cost.</summary>
    /// <returns>Why it was refused, without its numbers; <c>null</c> where it was not.</returns>
    /// <exception cref="FuzzFailure">The parser crashed, or took too much memory or time.</exception>
    public string? Read(byte[] input)
    {
        var (reason, time) = ReadOnce(input);
        if (time <= MaxTime) return reason;

        // A machine that does other work may have stopped this thread for a while: what counts then is the time that it computed.
        var before = Environment.CpuUsage.TotalTime;
        ReadOnce(input);
        var computed = Environment.CpuUsage.TotalTime - before;
        if (computed > MaxTime) throw Failure(input, $"expected to be read in {MaxTime.TotalSeconds} s, took {computed.TotalSeconds:F1} s");
        return reason;
    }

    private (string? Reason, TimeSpan Time) ReadOnce(byte[] input)
    {
        var started = Stopwatch.GetTimestamp();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        string? reason = null;
        try
        {
            _target.Read(input);
        }
        catch (Exception e) when (_target.IsRefusal(e))
        {
            reason = WithoutQuotes(e.Message);
        }
        catch (Exception e)
        {
            throw Failure(input, $"{e.GetType().Name}: {e.Message}", e);
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (allocated > MaxAllocatedBytes) throw Failure(input, $"expected at most {MaxAllocatedBytes} bytes of memory, {allocated} were allocated");
        return (reason, Stopwatch.GetElapsedTime(started));
    }

    private FuzzFailure Failure(byte[] input, string what, Exception? cause = null) => new(_target.Name, Executions, input, what, cause);

    /// <summary>A seed half of the time, since most finds are broken beyond repair.</summary>
    private byte[] Pick(Random random) => _inputs[random.Next(random.Next(2) == 0 ? _seeds : _inputs.Count)];

    private static int HashOf(int seed, long execution)
    {
        // SplitMix64's finaliser: neighbouring executions share nothing.
        var x = ((ulong)(uint)seed << 40) ^ (ulong)execution;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return (int)(x ^ (x >> 31));
    }

    /// <summary>The reason without what it quotes from the input.</summary>
    private static string WithoutQuotes(string message)
    {
        var text = new StringBuilder(message.Length);
        var quoted = false;
        foreach (var c in message)
        {
            if (c is '\'' or '"') quoted = !quoted;
            if (quoted || (!char.IsAsciiLetter(c) && c != ' ')) continue;
            if (text.Length == 40) break;
            text.Append(c);
        }

        return text.ToString();
    }
}
