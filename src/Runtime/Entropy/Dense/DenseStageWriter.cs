namespace VqVae.Runtime;

/// <summary>Writes what <see cref="DenseStageReader"/> reads.</summary>
internal static class DenseStageWriter
{
    /// <summary>Writes a stage.</summary>
    public static void Write(TableWriter writer, DenseStage stage)
    {
        foreach (var code in stage.Leaves) writer.WriteUInt16(code);
        foreach (var left in stage.Left) writer.WriteUInt16(left);
        foreach (var entry in stage.Order0) writer.WriteUInt16(DenseStartSlot.Pack(entry));
        writer.WriteBytes(stage.Classes.AsSpan(0, stage.Codes));
        writer.WriteBytes(stage.Ranks.AsSpan(0, stage.Codes));
        foreach (var energy in stage.Energies) writer.WriteUInt16(energy);
        writer.WriteBytes(stage.Levels);
        writer.WriteByte(stage.WeightRate);
        foreach (var value in stage.Vectors) writer.WriteUInt16((ushort)value);
        foreach (var value in stage.Axes) writer.WriteUInt16((ushort)value);
        if (stage.Dimensions > 0)
        {
            foreach (var threshold in stage.Thresholds) writer.WriteUInt32(threshold + DenseStageReader.ThresholdLimit);
            foreach (var slope in stage.Slopes) writer.WriteUInt32(slope);
            WritePredictor(writer, stage.Predictor);
        }

        foreach (var value in stage.Confidence) writer.WriteUInt16(value);
        WriteWeights(writer, stage.DepthWeights);
        writer.WriteByte(stage.ActivityWeights.Length > 0 ? 1 : 0);
        WriteWeights(writer, stage.ActivityWeights);

        var bits = stage.Start.Length > 0 ? int.Log2(stage.Start.Length) : 0;
        writer.WriteByte(bits);
        foreach (var entry in stage.Start)
        {
            writer.WriteByte((int)(entry >> 24));
            writer.WriteUInt16(entry == 0 ? 0 : DenseStartSlot.Pack(entry));
        }
    }

    private static void WritePredictor(TableWriter writer, DensePredictor predictor)
    {
        var at = 0;
        foreach (var end in predictor.Ends)
        {
            writer.WriteByte(end - at);
            for (; at < end; at++)
            {
                writer.WriteUInt16(predictor.Components[at]);
                writer.WriteUInt16((ushort)predictor.Coefficients[at]);
            }
        }
    }

    private static void WriteWeights(TableWriter writer, int[] weights)
    {
        for (var set = 0; set < weights.Length; set += DenseShape.Lanes)
            for (var i = 0; i < DenseShape.Inputs; i++) writer.WriteUInt16((ushort)(short)(weights[set + i] >> 4));
    }
}
