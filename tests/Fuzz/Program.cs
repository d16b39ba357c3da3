using System.Diagnostics;
using System.Globalization;
using VqVae.Fuzz;

const string usage = """
    Reads mutated inputs until a parser fails, or the end.

      dotnet run -c Release --project tests/Fuzz -- TARGET [--executions N] [--seed S] [--failures DIR]
      dotnet run -c Release --project tests/Fuzz -- TARGET --replay FILE

      --executions  inputs to read (2000000)
      --seed        the same seed gives the same inputs (1)
      --failures    where an input that fails is written (the current folder)
      --replay      reads one file, to look at a failure
    """;

var targets = FuzzTarget.All.ToDictionary(create => create().Name);
if (args.Length == 0 || !targets.TryGetValue(args[0], out var target) || args.Length % 2 == 0)
{
    Console.Error.WriteLine($"{usage}\n\nTargets: {string.Join(", ", targets.Keys)}");
    return 2;
}

var options = new Dictionary<string, string>(StringComparer.Ordinal) { ["--executions"] = "2000000", ["--seed"] = "1", ["--failures"] = "." };
for (var i = 1; i < args.Length; i += 2) options[args[i]] = args[i + 1];
var fuzzer = new Fuzzer(target(), int.Parse(options["--seed"], CultureInfo.InvariantCulture));
if (options.TryGetValue("--replay", out var file))
{
    Console.WriteLine(fuzzer.Read(File.ReadAllBytes(file)) is { } reason ? $"refused: {reason}" : "read without an error");
    return 0;
}

var executions = long.Parse(options["--executions"], CultureInfo.InvariantCulture);
var started = Stopwatch.GetTimestamp();
var reported = started;
try
{
    while (fuzzer.Executions < executions)
    {
        fuzzer.Step();
        if (Stopwatch.GetElapsedTime(reported).TotalSeconds < 10) continue;
        reported = Stopwatch.GetTimestamp();
        Console.WriteLine(Summary());
    }
}
catch (FuzzFailure failure)
{
    var path = Path.Combine(options["--failures"], string.Create(CultureInfo.InvariantCulture, $"fuzz-{args[0]}-{options["--seed"]}-{fuzzer.Executions}.bin"));
    File.WriteAllBytes(path, failure.Input);
    Console.Error.WriteLine($"{failure}\nthe input is in {path}");
    return 1;
}

Console.WriteLine($"{Summary()}: nothing found");
return 0;

string Summary() => string.Create(
    CultureInfo.InvariantCulture,
    $"{args[0]}: {fuzzer.Executions:N0} inputs in {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s, {fuzzer.Accepted:N0} of them well-formed, {fuzzer.Reasons} different messages");
