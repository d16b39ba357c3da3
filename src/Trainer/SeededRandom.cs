namespace VqVae.Trainer;

/// <summary>
/// A random sequence that is a pure function of (seed, stream): what a training step draws depends on the step's number alone, so
/// that a resumed run draws what the uninterrupted one would have. SplitMix64 (Steele, Lea and Flood 2014).
/// </summary>
internal struct SeededRandom(ulong seed, ulong stream)
{
    private ulong _state = Mix(seed + 0x9e3779b97f4a7c15) ^ Mix((stream * 0xd1b54a32d192ed03) + 0x8cb92ba72f3d8dd7);

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64() => Mix(_state += 0x9e3779b97f4a7c15);

    /// <summary>An integer from 0 to <paramref name="bound"/> − 1.</summary>
    public long Next(long bound) => (long)Math.BigMul(NextUInt64(), (ulong)bound, out _);

    /// <summary>An integer from 0 to <paramref name="bound"/> − 1.</summary>
    public int Next(int bound) => (int)Next((long)bound);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
