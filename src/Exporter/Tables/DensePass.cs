using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>One stage's way through index maps with the coder's own arithmetic: what it learns becomes the start of every block.</summary>
internal sealed class DensePass(CalibrationPlane plane, DenseStage[] stages, int stage)
{
    /// <summary>Most slots for probabilities; beyond, those that were seen seldom give way.</summary>
    private const int MostTableBits = 22;

    private const double ConfidenceRate = 0.0005;

    private readonly DenseState _state = new();
    private readonly double[] _confidence = [.. stages[stage].Confidence.Select(c => c / 256.0)];
    private int[] _nodes = [];

    /// <summary>Bits that the maps took since the last call of <see cref="TakeBits"/>.</summary>
    private double _bits;

    /// <summary>The state, for what it has learnt.</summary>
    public DenseState State => _state;

    /// <summary>For each slot of the state's table the node that it was last used at.</summary>
    public ReadOnlySpan<int> Nodes => _nodes;

    /// <summary>Ideal length of what was passed since the last call, in bits.</summary>
    public double TakeBits()
    {
        var bits = _bits;
        _bits = 0;
        return bits;
    }

    /// <summary>Starts to learn probabilities over all maps.</summary>
    public void BeginLearning()
    {
        _state.ResetTable(stages[stage], DenseState.TableBits((long)plane.Maps * plane.Height * plane.Width, MostTableBits));
        _state.ResetWeights(stages[stage]);
        _nodes = new int[_state.Table.Length];
    }

    /// <summary>Learns from a map: probabilities and weights.</summary>
    public void Learn(int map, int weightRate)
    {
        _state.WeightRate = weightRate;
        Pass(map, (node, _) =>
        {
            // A slot that has been used before is known already.
            var entries = _state.Entries;
            var slots = _state.Slots;
            for (var k = 1; k < DenseShape.Contexts; k++)
                if ((entries[k] & 0x00ff0000) == 0) _nodes[slots[k]] = node;
        });
    }

    /// <summary>Starts to learn weights and confidence from maps that are coded as the coder will.</summary>
    public void BeginWeights()
    {
        _state.ResetWeights(stages[stage]);
        _nodes = [];
    }

    /// <summary>Learns weights and confidence from a map whose probabilities start from the stage's tables.</summary>
    public void LearnWeights(int map, int weightRate)
    {
        _state.ResetTable(stages[stage], DenseState.TableBits(plane.Height * plane.Width));
        _state.WeightRate = weightRate;
        Pass(map, (_, error) => LearnConfidence(error));
        for (var i = 0; i < _confidence.Length; i++) stages[stage].Confidence[i] = (short)Math.Round(256 * _confidence[i]);
    }

    /// <summary>Codes a map as the coder will, with the stage's own tables and another rate of the weights.</summary>
    public void Code(int map, int weightRate)
    {
        _state.ResetTable(stages[stage], DenseState.TableBits(plane.Height * plane.Width));
        _state.ResetWeights(stages[stage]);
        _state.WeightRate = weightRate;
        Pass(map, (_, _) => { });
    }

    private void LearnConfidence(double error)
    {
        var entries = _state.Entries;
        for (var k = 0; k < DenseShape.Contexts; k++)
        {
            var stretch = DenseMath.Stretch[(entries[k] & 0xffff) >> 4] / 256.0;
            var weight = _state.WeightSum(k) / (3 * 65536.0);
            ref var confidence = ref _confidence[(k * DenseShape.CountClasses) + DenseShape.CountClass[(int)((entries[k] >> 16) & 255)]];
            confidence = Math.Clamp(confidence + (ConfidenceRate * error * weight * stretch), 0, DenseShape.ConfidenceLimit / 256.0);
        }
    }

    private void Pass(int map, Action<int, double> learn)
    {
        var block = DenseSamples.Block(plane, map, stage);
        var own = stages[stage];
        _state.Continue(stages, block, DenseKernels.Best);
        for (var y = 0; y < block.Height; y++)
        {
            _state.BeginRow(block, y);
            for (var x = 0; x < block.Width; x++)
            {
                _state.BeginPosition(block, x, y);
                var code = block.Indices[(y * block.Width) + x];
                var (leaf, first, count, node) = (own.LeafOf[code], 0, own.Codes, 0);
                for (var depth = 0; count > 1; depth++)
                {
                    var left = own.Left[node];
                    var bit = leaf >= first + left;
                    var p = _state.Predict(node, depth) / 65536.0;
                    _bits -= Math.Log2(bit ? p : 1 - p);
                    learn(node, (bit ? 1 : 0) - p);
                    _state.Update(bit);
                    if (bit) (first, count, node) = (first + left, count - left, node + left);
                    else (count, node) = (left, node + 1);
                }

                _state.EndPosition(x, code);
            }
        }
    }
}
