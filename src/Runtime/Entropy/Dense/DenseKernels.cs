using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VqVae.Runtime;

/// <summary>The loops over lanes and dimensions of the dense mode, in scalar and in vector form.</summary>
internal static class DenseKernels
{
    /// <summary>What a node adds to a context's hash, times its number.</summary>
    public const uint NodeFactor = 0x9E3779B1;

    private const int ProbabilityMin = 16;
    private const uint FirstFactor = 0xC2B2AE35, SecondFactor = 0x27D4EB2F;

    /// <summary>The fastest kernel of this machine.</summary>
    public static DenseKernel Best { get; } =
        Vector256.IsHardwareAccelerated ? DenseKernel.Vector256 : Vector128.IsHardwareAccelerated ? DenseKernel.Vector128 : DenseKernel.Scalar;

    /// <summary>Mixes a context's value with the node: where its probability is kept.</summary>
    public static uint Hash(uint context, int node)
    {
        var hash = (context + ((uint)node * NodeFactor)) * FirstFactor;
        hash = (hash ^ (hash >> 15)) * SecondFactor;
        return hash ^ (hash >> 13);
    }

    /// <summary>The same for all lanes.</summary>
    public static void HashAll(DenseKernel kernel, uint[] contexts, int node, uint[] hashes)
    {
        ref var from = ref MemoryMarshal.GetArrayDataReference(contexts);
        ref var to = ref MemoryMarshal.GetArrayDataReference(hashes);
        if (kernel == DenseKernel.Vector256)
        {
            var addend = Vector256.Create((uint)node * NodeFactor);
            for (nuint i = 0; i < DenseShape.Lanes; i += 8)
            {
                var hash = (Vector256.LoadUnsafe(ref from, i) + addend) * FirstFactor;
                hash = (hash ^ (hash >>> 15)) * SecondFactor;
                (hash ^ (hash >>> 13)).StoreUnsafe(ref to, i);
            }
        }
        else if (kernel == DenseKernel.Vector128)
        {
            var addend = Vector128.Create((uint)node * NodeFactor);
            for (nuint i = 0; i < DenseShape.Lanes; i += 4)
            {
                var hash = (Vector128.LoadUnsafe(ref from, i) + addend) * FirstFactor;
                hash = (hash ^ (hash >>> 15)) * SecondFactor;
                (hash ^ (hash >>> 13)).StoreUnsafe(ref to, i);
            }
        }
        else
        {
            for (var i = 0; i < DenseShape.Lanes; i++) Unsafe.Add(ref to, i) = Hash(Unsafe.Add(ref from, i), node);
        }
    }

    /// <summary>The first of the two slots of each lane's hash.</summary>
    public static void Slots(DenseKernel kernel, ref uint hashes, ref int slots, int mask)
    {
        if (kernel == DenseKernel.Vector256)
        {
            for (nuint i = 0; i < DenseShape.Lanes; i += 8) (Vector256.LoadUnsafe(ref hashes, i).AsInt32() & Vector256.Create(mask)).StoreUnsafe(ref slots, i);
        }
        else if (kernel == DenseKernel.Vector128)
        {
            for (nuint i = 0; i < DenseShape.Lanes; i += 4) (Vector128.LoadUnsafe(ref hashes, i).AsInt32() & Vector128.Create(mask)).StoreUnsafe(ref slots, i);
        }
        else
        {
            for (var i = 0; i < DenseShape.Lanes; i++) Unsafe.Add(ref slots, i) = (int)Unsafe.Add(ref hashes, i) & mask;
        }
    }

    /// <summary>Chooses for all lanes between the entries of their two slots: the first that is not empty and has the hash's check.</summary>
    /// <param name="kernel">How.</param>
    /// <param name="hashes">The lanes' hashes; the check is the upper 8 bits.</param>
    /// <param name="entries">What is in the first slot; gets what was found.</param>
    /// <param name="seconds">What is in the second.</param>
    /// <param name="slots">The first slot; gets the one where it was found, the first where it was in neither.</param>
    /// <returns>A bit for each lane whose entry is in neither.</returns>
    public static uint Choose(DenseKernel kernel, ref uint hashes, ref uint entries, ref uint seconds, ref int slots)
    {
        var misses = 0u;
        if (kernel == DenseKernel.Vector256)
        {
            for (nuint i = 0; i < DenseShape.Lanes; i += 8)
            {
                var (hash, first, second) = (Vector256.LoadUnsafe(ref hashes, i), Vector256.LoadUnsafe(ref entries, i), Vector256.LoadUnsafe(ref seconds, i));
                var notFirst = ~(Vector256.Equals((first ^ hash) >>> 24, Vector256<uint>.Zero) & ~Vector256.Equals(first, Vector256<uint>.Zero));
                var inSecond = Vector256.Equals((second ^ hash) >>> 24, Vector256<uint>.Zero) & ~Vector256.Equals(second, Vector256<uint>.Zero) & notFirst;
                Vector256.ConditionalSelect(notFirst, second, first).StoreUnsafe(ref entries, i);
                (Vector256.LoadUnsafe(ref slots, i) ^ (inSecond & Vector256<uint>.One).AsInt32()).StoreUnsafe(ref slots, i);
                misses |= (notFirst & ~inSecond).ExtractMostSignificantBits() << (int)i;
            }

            return misses;
        }

        if (kernel == DenseKernel.Vector128)
        {
            for (nuint i = 0; i < DenseShape.Lanes; i += 4)
            {
                var (hash, first, second) = (Vector128.LoadUnsafe(ref hashes, i), Vector128.LoadUnsafe(ref entries, i), Vector128.LoadUnsafe(ref seconds, i));
                var notFirst = ~(Vector128.Equals((first ^ hash) >>> 24, Vector128<uint>.Zero) & ~Vector128.Equals(first, Vector128<uint>.Zero));
                var inSecond = Vector128.Equals((second ^ hash) >>> 24, Vector128<uint>.Zero) & ~Vector128.Equals(second, Vector128<uint>.Zero) & notFirst;
                Vector128.ConditionalSelect(notFirst, second, first).StoreUnsafe(ref entries, i);
                (Vector128.LoadUnsafe(ref slots, i) ^ (inSecond & Vector128<uint>.One).AsInt32()).StoreUnsafe(ref slots, i);
                misses |= (notFirst & ~inSecond).ExtractMostSignificantBits() << (int)i;
            }

            return misses;
        }

        for (var i = 0; i < DenseShape.Lanes; i++)
        {
            var (hash, first, second) = (Unsafe.Add(ref hashes, i), Unsafe.Add(ref entries, i), Unsafe.Add(ref seconds, i));
            if (IsOf(first, hash)) continue;
            Unsafe.Add(ref entries, i) = second;
            if (IsOf(second, hash)) Unsafe.Add(ref slots, i) ^= 1;
            else misses |= 1u << i;
        }

        return misses;

        static bool IsOf(uint entry, uint hash) => (entry ^ hash) >> 24 == 0 && entry != 0;
    }

    /// <summary>Multiplies the contexts' inputs with how much they are trusted, 256ths, within the limits of stretched values; the other inputs stay.</summary>
    public static void Trust(DenseKernel kernel, ref int inputs, ref int trusts)
    {
        const int limit = DenseMath.StretchLimit;
        if (kernel != DenseKernel.Scalar)
        {
            var (low, high) = (Vector128.Create(-limit), Vector128.Create(limit));
            for (nuint i = 0; i < DenseShape.Contexts; i += 4)
            {
                var trusted = (Vector128.LoadUnsafe(ref inputs, i) * Vector128.LoadUnsafe(ref trusts, i)) >> 8;
                Vector128.Min(Vector128.Max(trusted, low), high).StoreUnsafe(ref inputs, i);
            }
        }
        else
        {
            for (var i = 0; i < DenseShape.Contexts; i++) Unsafe.Add(ref inputs, i) = Math.Clamp((Unsafe.Add(ref inputs, i) * Unsafe.Add(ref trusts, i)) >> 8, -limit, limit);
        }
    }

    /// <summary>Σ xᵢ·yᵢ of <paramref name="count"/> numbers, a multiple of 16; the sum fits an int.</summary>
    public static int Dot(DenseKernel kernel, ref short x, ref short y, int count)
    {
        var sum = 0;
        if (kernel == DenseKernel.Vector256)
        {
            var sums = Vector256<int>.Zero;
            for (nuint i = 0; i < (nuint)count; i += 16) sums += MultiplyAdd(Vector256.LoadUnsafe(ref x, i), Vector256.LoadUnsafe(ref y, i));
            return Vector256.Sum(sums);
        }

        if (kernel == DenseKernel.Vector128)
        {
            var sums = Vector128<int>.Zero;
            for (nuint i = 0; i < (nuint)count; i += 8) sums += MultiplyAdd(Vector128.LoadUnsafe(ref x, i), Vector128.LoadUnsafe(ref y, i));
            return Vector128.Sum(sums);
        }

        for (var i = 0; i < count; i++) sum += Unsafe.Add(ref x, i) * Unsafe.Add(ref y, i);
        return sum;
    }

    /// <summary>Σ (wᵢ·xᵢ) >> 8 over all lanes, for three sets of weights.</summary>
    public static (int A, int B, int C) Mix(DenseKernel kernel, ref int a, ref int b, ref int c, ref int inputs)
    {
        if (kernel == DenseKernel.Vector256)
        {
            var (sumA, sumB, sumC) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
            for (nuint i = 0; i < DenseShape.Lanes; i += 8)
            {
                var input = Vector256.LoadUnsafe(ref inputs, i);
                sumA += (Vector256.LoadUnsafe(ref a, i) * input) >> 8;
                sumB += (Vector256.LoadUnsafe(ref b, i) * input) >> 8;
                sumC += (Vector256.LoadUnsafe(ref c, i) * input) >> 8;
            }

            return (Vector256.Sum(sumA), Vector256.Sum(sumB), Vector256.Sum(sumC));
        }

        if (kernel == DenseKernel.Vector128)
        {
            var (sumA, sumB, sumC) = (Vector128<int>.Zero, Vector128<int>.Zero, Vector128<int>.Zero);
            for (nuint i = 0; i < DenseShape.Lanes; i += 4)
            {
                var input = Vector128.LoadUnsafe(ref inputs, i);
                sumA += (Vector128.LoadUnsafe(ref a, i) * input) >> 8;
                sumB += (Vector128.LoadUnsafe(ref b, i) * input) >> 8;
                sumC += (Vector128.LoadUnsafe(ref c, i) * input) >> 8;
            }

            return (Vector128.Sum(sumA), Vector128.Sum(sumB), Vector128.Sum(sumC));
        }

        return (Scalar(ref a, ref inputs), Scalar(ref b, ref inputs), Scalar(ref c, ref inputs));

        static int Scalar(ref int weights, ref int inputs)
        {
            var sum = 0;
            for (var i = 0; i < DenseShape.Lanes; i++) sum += (Unsafe.Add(ref weights, i) * Unsafe.Add(ref inputs, i)) >> 8;
            return sum;
        }
    }

    /// <summary>Moves weights by (xᵢ · step + 2¹⁵) >> 16, within their limit.</summary>
    public static void Train(DenseKernel kernel, ref int weights, ref int inputs, int step)
    {
        const int limit = DenseShape.WeightLimit;
        if (kernel == DenseKernel.Vector256)
        {
            var (half, low, high) = (Vector256.Create(1 << 15), Vector256.Create(-limit), Vector256.Create(limit));
            for (nuint i = 0; i < DenseShape.Lanes; i += 8)
            {
                var moved = Vector256.LoadUnsafe(ref weights, i) + (((Vector256.LoadUnsafe(ref inputs, i) * step) + half) >> 16);
                Vector256.Min(Vector256.Max(moved, low), high).StoreUnsafe(ref weights, i);
            }
        }
        else if (kernel == DenseKernel.Vector128)
        {
            var (half, low, high) = (Vector128.Create(1 << 15), Vector128.Create(-limit), Vector128.Create(limit));
            for (nuint i = 0; i < DenseShape.Lanes; i += 4)
            {
                var moved = Vector128.LoadUnsafe(ref weights, i) + (((Vector128.LoadUnsafe(ref inputs, i) * step) + half) >> 16);
                Vector128.Min(Vector128.Max(moved, low), high).StoreUnsafe(ref weights, i);
            }
        }
        else
        {
            for (var i = 0; i < DenseShape.Lanes; i++)
            {
                var moved = Unsafe.Add(ref weights, i) + (((Unsafe.Add(ref inputs, i) * step) + (1 << 15)) >> 16);
                Unsafe.Add(ref weights, i) = Math.Clamp(moved, -limit, limit);
            }
        }
    }

    /// <summary>Moves all lanes' probabilities towards 65535 or 0, as fast as their rates say, and counts.</summary>
    public static void Adapt(DenseKernel kernel, ref uint entries, ref int rates, int aim)
    {
        if (kernel == DenseKernel.Vector256)
        {
            for (nuint i = 0; i < DenseShape.Lanes; i += 8)
            {
                var entry = Vector256.LoadUnsafe(ref entries, i);
                var count = (entry >>> 16) & Vector256.Create(255u);
                var p = (entry & Vector256.Create(0xffffu)).AsInt32();
                var rate = Vector256.LoadUnsafe(ref rates, i);
                p += ((Vector256.Create(aim) - p) * rate) >> 15;
                p = Vector256.Min(Vector256.Max(p, Vector256.Create(ProbabilityMin)), Vector256.Create(65535 - ProbabilityMin));
                count = Vector256.Min(count + Vector256<uint>.One, Vector256.Create((uint)DenseMath.CountLimit));
                ((entry & Vector256.Create(0xff000000u)) | (count << 16) | p.AsUInt32()).StoreUnsafe(ref entries, i);
            }

            return;
        }

        if (kernel == DenseKernel.Vector128)
        {
            for (nuint i = 0; i < DenseShape.Lanes; i += 4)
            {
                var entry = Vector128.LoadUnsafe(ref entries, i);
                var count = (entry >>> 16) & Vector128.Create(255u);
                var p = (entry & Vector128.Create(0xffffu)).AsInt32();
                p += ((Vector128.Create(aim) - p) * Vector128.LoadUnsafe(ref rates, i)) >> 15;
                p = Vector128.Min(Vector128.Max(p, Vector128.Create(ProbabilityMin)), Vector128.Create(65535 - ProbabilityMin));
                count = Vector128.Min(count + Vector128<uint>.One, Vector128.Create((uint)DenseMath.CountLimit));
                ((entry & Vector128.Create(0xff000000u)) | (count << 16) | p.AsUInt32()).StoreUnsafe(ref entries, i);
            }

            return;
        }

        for (var i = 0; i < DenseShape.Lanes; i++)
        {
            ref var entry = ref Unsafe.Add(ref entries, i);
            var (p, count) = ((int)(entry & 0xffff), (int)((entry >> 16) & 255));
            p = Math.Clamp(p + (((aim - p) * Unsafe.Add(ref rates, i)) >> 15), ProbabilityMin, 65535 - ProbabilityMin);
            entry = (entry & 0xff000000) | ((uint)Math.Min(count + 1, DenseMath.CountLimit) << 16) | (uint)p;
        }
    }

    /// <summary>Products of neighbouring numbers, added in pairs.</summary>
    internal static Vector256<int> MultiplyAdd(Vector256<short> x, Vector256<short> y)
    {
        if (Avx2.IsSupported) return Avx2.MultiplyAddAdjacent(x, y);
        var ((x0, x1), (y0, y1)) = (Vector256.Widen(x), Vector256.Widen(y));
        return (x0 * y0) + (x1 * y1);
    }

    private static Vector128<int> MultiplyAdd(Vector128<short> x, Vector128<short> y)
    {
        if (Sse2.IsSupported) return Sse2.MultiplyAddAdjacent(x, y);
        var ((x0, x1), (y0, y1)) = (Vector128.Widen(x), Vector128.Widen(y));
        return (x0 * y0) + (x1 * y1);
    }
}
