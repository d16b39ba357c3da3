namespace VqVae.TestSupport;

/// <summary>SSIM and MS-SSIM of one channel as the papers define them, window by window in float64: slow, and independent of the code under test.</summary>
public static class ReferenceSimilarity
{
    private static readonly double[] Powers = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    /// <summary>Means over all windows inside the image of the similarity, and of its contrast and structure alone; <paramref name="range"/> is white, black is 0.</summary>
    public static (double Similarity, double Contrast) Ssim(double[,] a, double[,] b, double range)
    {
        var (height, width) = (a.GetLength(0), a.GetLength(1));
        var side = Math.Min(11, Math.Min(height, width));
        var (c1, c2) = (Math.Pow(0.01 * range, 2), Math.Pow(0.03 * range, 2));
        var window = new double[side, side];
        var total = 0.0;
        for (var i = 0; i < side; i++)
        {
            for (var j = 0; j < side; j++)
            {
                var (y, x) = (i - ((side - 1) / 2.0), j - ((side - 1) / 2.0));
                total += window[i, j] = Math.Exp(-((x * x) + (y * y)) / (2 * 1.5 * 1.5));
            }
        }

        var (similarity, contrast, count) = (0.0, 0.0, 0);
        for (var top = 0; top + side <= height; top++)
        {
            for (var left = 0; left + side <= width; left++)
            {
                double meanA = 0, meanB = 0, varianceA = 0, varianceB = 0, covariance = 0;
                foreach (var (weight, x, y) in Samples()) (meanA, meanB) = (meanA + (weight * x), meanB + (weight * y));
                foreach (var (weight, x, y) in Samples())
                {
                    varianceA += weight * (x - meanA) * (x - meanA);
                    varianceB += weight * (y - meanB) * (y - meanB);
                    covariance += weight * (x - meanA) * (y - meanB);
                }

                var structure = ((2 * covariance) + c2) / (varianceA + varianceB + c2);
                contrast += structure;
                similarity += structure * ((2 * meanA * meanB) + c1) / ((meanA * meanA) + (meanB * meanB) + c1);
                count++;

                IEnumerable<(double Weight, double A, double B)> Samples()
                {
                    for (var i = 0; i < side; i++)
                        for (var j = 0; j < side; j++)
                            yield return (window[i, j] / total, a[top + i, left + j], b[top + i, left + j]);
                }
            }
        }

        return (similarity / count, contrast / count);
    }

    /// <summary>The product over so many scales; the powers of fewer than five are divided by their sum.</summary>
    public static double MsSsim(double[,] a, double[,] b, double range, int scales)
    {
        var product = 1.0;
        var powers = scales == 5 ? Powers : [.. Powers.Take(scales).Select(p => p / Powers.Take(scales).Sum())];
        for (var scale = 0; scale < scales; scale++)
        {
            var (similarity, contrast) = Ssim(a, b, range);
            product *= Math.Pow(Math.Max(0, scale == scales - 1 ? similarity : contrast), powers[scale]);
            (a, b) = (Halved(a), Halved(b));
        }

        return product;
    }

    /// <summary>Averages of 2 × 2 pixels; beyond an odd edge the last row or column is repeated.</summary>
    private static double[,] Halved(double[,] image)
    {
        var (height, width) = (image.GetLength(0), image.GetLength(1));
        var half = new double[(height + 1) / 2, (width + 1) / 2];
        for (var y = 0; y < half.GetLength(0); y++)
        {
            for (var x = 0; x < half.GetLength(1); x++)
            {
                var (bottom, right) = (Math.Min((2 * y) + 1, height - 1), Math.Min((2 * x) + 1, width - 1));
                half[y, x] = (image[2 * y, 2 * x] + image[2 * y, right] + image[bottom, 2 * x] + image[bottom, right]) / 4;
            }
        }

        return half;
    }
}
