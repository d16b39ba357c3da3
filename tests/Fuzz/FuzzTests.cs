using System.Diagnostics;

namespace VqVae.Fuzz;

/// <summary>A slice of each target with a fixed seed; the long runs are the program's.</summary>
public class FuzzTests
{
    /// <summary>The slices of all targets together.</summary>
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Targets => [.. FuzzTarget.All.Select(create => create().Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void Target_MutatedInputs_AreReadOrRefused(string name)
    {
        var fuzzer = new Fuzzer(FuzzTarget.All.Select(create => create()).Single(t => t.Name == name), seed: 20261123);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < Time / FuzzTarget.All.Count) fuzzer.Step();

        // Not a fuzzer that never got in, nor one that changes nothing.
        Assert.True(fuzzer.Executions > 100, $"only {fuzzer.Executions} inputs were read");
        Assert.InRange(fuzzer.Accepted, 1, fuzzer.Executions - 1);
        // In a dense block nearly every byte decodes: besides no block, a short one and a wrong end there is nothing to refuse.
        Assert.True(fuzzer.Reasons >= 4, $"only {fuzzer.Reasons} different messages");
    }

    [Fact]
    public void Fuzzer_ParserThatCrashes_IsFoundOut()
    {
        var failure = Assert.Throws<FuzzFailure>(() => Run(new Faulty(input => input[^1].ToString(System.Globalization.CultureInfo.InvariantCulture))));
        Assert.Empty(failure.Input);
    }

    [Fact]
    public void Fuzzer_ParserThatAllocatesWhatItIsTold_IsFoundOut()
    {
        var failure = Assert.Throws<FuzzFailure>(() => Run(new Faulty(input => { if (input.Length > 3) _ = new byte[BitConverter.ToUInt32(input) >> 1]; })));
        Assert.Contains("bytes of memory", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fuzzer_SameSeed_ReadsTheSameInputs()
    {
        var (first, second) = (new List<byte[]>(), new List<byte[]>());
        foreach (var inputs in (List<byte[]>[])[first, second])
        {
            var fuzzer = new Fuzzer(new Faulty(inputs.Add), seed: 7);
            for (var i = 0; i < 200; i++) fuzzer.Step();
        }

        Assert.Equal(first, second);
        Assert.True(first.Distinct(ByteArrays).Count() > 150);
    }

    private static readonly IEqualityComparer<byte[]> ByteArrays = EqualityComparer<byte[]>.Create((a, b) => a.AsSpan().SequenceEqual(b), a => a.Length);

    private static void Run(FuzzTarget target)
    {
        var fuzzer = new Fuzzer(target, seed: 1);
        for (var i = 0; i < 100_000; i++) fuzzer.Step();
    }

    private sealed class Faulty(Action<byte[]> read) : FuzzTarget
    {
        public override string Name => "faulty";

        public override IReadOnlyList<byte[]> Seeds => [[0, 0, 0, 1, 2, 3]];

        public override void Read(byte[] input) => read(input);

        public override bool IsRefusal(Exception exception) => false;
    }
}
