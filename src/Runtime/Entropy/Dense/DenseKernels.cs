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

    /// <summary>Σ (wᵢ·xᵢ) >> 8 over all lanes.</summary>
    public static int Mix(DenseKernel kernel, ref int weights, ref int inputs)
    {
        if (kernel == DenseKernel.Vector256)
        {
            var sums = Vector256<int>.Zero;
            for (nuint i = 0; i < DenseShape.Lanes; i += 8) sums += (Vector256.LoadUnsafe(ref weights, i) * Vector256.LoadUnsafe(ref inputs, i)) >> 8;
            return Vector256.Sum(sums);
        }

        if (kernel == DenseKernel.Vector128)
        {
            var sums = Vector128<int>.Zero;
            for (nuint i = 0; i < DenseShape.Lanes; i += 4) sums += (Vector128.LoadUnsafe(ref weights, i) * Vector128.LoadUnsafe(ref inputs, i)) >> 8;
            return Vector128.Sum(sums);
        }

        var sum = 0;
        for (var i = 0; i < DenseShape.Lanes; i++) sum += (Unsafe.Add(ref weights, i) * Unsafe.Add(ref inputs, i)) >> 8;
        return sum;
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

    private static Vector256<int> MultiplyAdd(Vector256<short> x, Vector256<short> y)
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
