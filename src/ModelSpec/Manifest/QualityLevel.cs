using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VqVae.Models;

/// <summary>How the encoder is set at one quality.</summary>
/// <param name="RatePoint">The rate point, from 0.</param>
/// <param name="Stages">Leading stages that are kept, from 1.</param>
/// <param name="Lambda">Weight of the rate in the search, in squared 8-bit units a bit; 0 or more.</param>
/// <param name="Psnr">PSNR in dB over the calibration images together, which other images differ from.</param>
/// <param name="BitsPerPixel">Bits a pixel of the calibration images, whole file.</param>
[JsonConverter(typeof(Converter))]
public sealed record QualityLevel(int RatePoint, int Stages, double Lambda, double Psnr, double BitsPerPixel)
{
    /// <summary>One level is one line of <c>model.json</c>, so that a hundred of them can be read.</summary>
    internal sealed class Converter : JsonConverter<QualityLevel>
    {
        private const string Fields = "rate_point, stages, lambda, psnr and bits_per_pixel";

        public override QualityLevel Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException($"a quality level: expected an object with {Fields}");
            int? ratePoint = null, stages = null;
            double? lambda = null, psnr = null, bitsPerPixel = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString();
                reader.Read();
                if (reader.TokenType != JsonTokenType.Number) throw new JsonException($"a quality level's {name}: expected a number");
                switch (name)
                {
                    case "rate_point" when ratePoint is null && reader.TryGetInt32(out var value):
                        ratePoint = value;
                        break;
                    case "stages" when stages is null && reader.TryGetInt32(out var value):
                        stages = value;
                        break;
                    case "lambda" when lambda is null:
                        lambda = reader.GetDouble();
                        break;
                    case "psnr" when psnr is null:
                        psnr = reader.GetDouble();
                        break;
                    case "bits_per_pixel" when bitsPerPixel is null:
                        bitsPerPixel = reader.GetDouble();
                        break;
                    default:
                        throw new JsonException($"a quality level: expected {Fields}, once each and the first two whole numbers, got '{name}'");
                }
            }

            if (ratePoint is null || stages is null || lambda is null || psnr is null || bitsPerPixel is null) throw new JsonException($"a quality level: expected {Fields}, got less");
            return new QualityLevel(ratePoint.Value, stages.Value, lambda.Value, psnr.Value, bitsPerPixel.Value);
        }

        public override void Write(Utf8JsonWriter writer, QualityLevel value, JsonSerializerOptions options) => writer.WriteRawValue(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{ "rate_point": {{value.RatePoint}}, "stages": {{value.Stages}}, "lambda": {{value.Lambda:R}}, "psnr": {{value.Psnr:R}}, "bits_per_pixel": {{value.BitsPerPixel:R}} }"""));
    }
}
