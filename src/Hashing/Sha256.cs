using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace VqVae.Hashing;

/// <summary>
/// SHA-256 (FIPS 180-4): the system's own, and where a Linux has no OpenSSL, code that needs nothing. .NET ends the process there when it is asked for a hash, and
/// reading a model should not take a library for encrypted connections.
/// </summary>
internal sealed class Sha256 : IDisposable
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = 32;

    private const int BlockBytes = 64;

    private static readonly bool SystemHasOne = !OperatingSystem.IsLinux() || HasOpenSsl();

    private readonly IncrementalHash? _system;
    private readonly uint[] _state = [];
    private readonly byte[] _block = [];
    private long _length;

    public Sha256()
        : this(SystemHasOne)
    {
    }

    /// <summary>One of the two, for tests.</summary>
    internal Sha256(bool useSystem)
    {
        if (useSystem)
        {
            _system = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            return;
        }

        _state = [.. Constants.Start];
        _block = new byte[BlockBytes];
    }

    /// <summary>The hash of some bytes.</summary>
    public static byte[] HashData(ReadOnlySpan<byte> data)
    {
        if (SystemHasOne) return SHA256.HashData(data);
        using var hash = new Sha256();
        hash.AppendData(data);
        return hash.Finish();
    }

    /// <summary>Adds bytes.</summary>
    public void AppendData(ReadOnlySpan<byte> data)
    {
        if (_system is not null)
        {
            _system.AppendData(data);
            return;
        }

        var filled = (int)(_length % BlockBytes);
        _length += data.Length;
        if (filled > 0)
        {
            var taken = Math.Min(BlockBytes - filled, data.Length);
            data[..taken].CopyTo(_block.AsSpan(filled));
            data = data[taken..];
            if (filled + taken < BlockBytes) return;
            Compress(_block);
        }

        for (; data.Length >= BlockBytes; data = data[BlockBytes..]) Compress(data[..BlockBytes]);
        data.CopyTo(_block);
    }

    /// <summary>The hash of everything that was added. Nothing can be added after it.</summary>
    public byte[] Finish()
    {
        if (_system is not null) return _system.GetHashAndReset();

        // A set bit, zeros, and the length in bits, so that blocks are whole.
        var padding = new byte[8 + BlockBytes - (int)((_length + 8) % BlockBytes)];
        padding[0] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(padding.AsSpan(padding.Length - 8), 8 * _length);
        AppendData(padding);

        var result = new byte[Size];
        for (var i = 0; i < _state.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan(4 * i), _state[i]);
        return result;
    }

    public void Dispose() => _system?.Dispose();

    private void Compress(ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[64];
        for (var i = 0; i < 16; i++) w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]);
        for (var i = 16; i < w.Length; i++)
        {
            var (x, y) = (w[i - 15], w[i - 2]);
            w[i] = w[i - 16] + w[i - 7] + (BitOperations.RotateRight(x, 7) ^ BitOperations.RotateRight(x, 18) ^ (x >> 3))
                + (BitOperations.RotateRight(y, 17) ^ BitOperations.RotateRight(y, 19) ^ (y >> 10));
        }

        var (a, b, c, d, e, f, g, h) = (_state[0], _state[1], _state[2], _state[3], _state[4], _state[5], _state[6], _state[7]);
        for (var i = 0; i < w.Length; i++)
        {
            var t1 = h + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25)) + ((e & f) ^ (~e & g)) + Constants.Rounds[i] + w[i];
            var t2 = (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + t1, c, b, a, t1 + t2);
        }

        ReadOnlySpan<uint> added = [a, b, c, d, e, f, g, h];
        for (var i = 0; i < added.Length; i++) _state[i] += added[i];
    }

    /// <summary>Whether .NET will find an OpenSSL, under the names that it tries.</summary>
    private static bool HasOpenSsl()
    {
        var named = Environment.GetEnvironmentVariable("CLR_OPENSSL_VERSION_OVERRIDE");
        return new[] { named, "3", "1.1" }.Any(version => !string.IsNullOrEmpty(version) && NativeLibrary.TryLoad("libssl.so." + version, out _));
    }

    /// <summary>The algorithm's numbers, worked out where they are first used.</summary>
    private static class Constants
    {
        /// <summary>The first 32 bits of the fractional parts of the square roots of the first 8 primes.</summary>
        public static readonly uint[] Start = [.. Primes(8).Select(p => FractionBits(Math.Sqrt, p, power: 2))];

        /// <summary>The same of the cube roots of the first 64 primes.</summary>
        public static readonly uint[] Rounds = [.. Primes(64).Select(p => FractionBits(Math.Cbrt, p, power: 3))];

        private static IEnumerable<int> Primes(int count) => Enumerable.Range(2, 400).Where(n => Enumerable.Range(2, n - 2).All(d => n % d != 0)).Take(count);

        /// <summary>32 bits behind the point of a root: floating point comes near, integers decide.</summary>
        private static uint FractionBits(Func<double, double> root, int value, int power)
        {
            var scaled = new BigInteger(root(value) * Math.Pow(2, 32));
            var target = new BigInteger(value) << (32 * power);
            while (BigInteger.Pow(scaled, power) > target) scaled--;
            while (BigInteger.Pow(scaled + 1, power) <= target) scaled++;
            return (uint)(scaled & uint.MaxValue);
        }
    }
}
