#include "fake_networks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

#include "fake_noise.h"
#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr int kChannels = 4;
constexpr int kDownscale = 8;
constexpr int kTextWidth = 8;

struct Shape {  // per item: latents [channels][rows][columns], text [rows][columns]
  int rows = 0, columns = 0, channels = 0;
  size_t size() const { return static_cast<size_t>(rows) * columns * channels; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

class HostArray : public DeviceArray {
 public:
  HostArray(int batch, Shape shape_of_item)
      : shape(shape_of_item), items(static_cast<size_t>(batch), std::vector<float>(shape_of_item.size())) {}
  int batch() const { return static_cast<int>(items.size()); }
  Shape shape;
  std::vector<std::vector<float>> items;  // [batch][shape]
};

class HostPictures : public DeviceArray {
 public:
  std::vector<Canvas> pictures;  // [batch]
};

// What an anchor leaves: its latents, and which they are of a batch with negative texts.
class HostTokens : public DeviceArray {
 public:
  std::vector<float> latents;
  bool guided = false;
};

class HostOverlays : public DeviceArray {
 public:
  HostOverlays(std::vector<std::vector<float>> items_in = {}) : items(std::move(items_in)) {}
  std::vector<std::vector<float>> items;  // [batch]
};

class HostNumbers : public DeviceArray {
 public:
  std::vector<std::vector<double>> rows;  // [rows][batch]
};

const HostArray& host(const Array& array) {
  const auto* found = dynamic_cast<const HostArray*>(array.get());
  if (found == nullptr)
    throw_error(ErrorKind::internal, "the fake networks were given an array that is not theirs");
  return *found;
}

template <typename Kind>
const Kind& uploaded(const Array& array) {
  const auto* found = dynamic_cast<const Kind*>(array.get());
  if (found == nullptr) throw_error(ErrorKind::internal, "the fake networks miss what was not uploaded");
  return *found;
}

double number(const Array& numbers, int row, size_t item) {
  return uploaded<HostNumbers>(numbers).rows.at(static_cast<size_t>(row)).at(item);
}

void require(bool holds, const char* what) {
  if (!holds) throw_error(ErrorKind::internal, "the fake networks refuse: {}", what);
}

double cosine_of(std::span<const float> a, std::span<const float> b) {
  require(a.size() == b.size(), "vectors of different lengths");
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    ab += double{a[i]} * b[i];
    aa += double{a[i]} * a[i];
    bb += double{b[i]} * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

uint8_t to_byte(float value) {
  return static_cast<uint8_t>(std::lround(std::clamp((value + 1) * 127.5f, 0.0f, 255.0f)));
}

class FakeNetworks : public Networks {
 public:
  FakeNetworks(FakeFault fault, int nan_from, std::string dtype, bool works_alone)
      : fault_(std::move(fault)), nan_from_(nan_from), dtype_(std::move(dtype)), works_alone_(works_alone) {}

  EngineFacts facts() const override {
    return {
        .device = "cpu", .device_class = "arithmetic", .dtype = dtype_, .engine = "arithmetic", .threads = 1};
  }

  std::unique_ptr<NoiseSource> noise_source(uint64_t seed, std::span<const NoiseTurn> turns) override {
    return std::make_unique<FakeNoise>(seed, turns);
  }

  DeviceBatch upload(const BatchInputs& inputs) override {
    count("to_device");
    require(!inputs.pictures.empty() && !inputs.numbers.empty(), "no pictures or numbers");
    DeviceBatch batch;
    batch.pictures = copied(inputs.pictures);
    if (!inputs.control.empty()) batch.control = copied(inputs.control);
    if (!inputs.overlays.empty()) {
      auto overlays = std::make_shared<HostOverlays>();
      for (const auto* values : inputs.overlays)
        overlays->items.push_back(values != nullptr ? *values : std::vector<float>());
      batch.overlays = overlays;
    }
    auto numbers = std::make_shared<HostNumbers>();
    numbers->rows = inputs.numbers;
    for (const auto& row : numbers->rows)
      require(row.size() == inputs.pictures.size(), "a row of numbers that is not of the batch's length");
    batch.numbers = numbers;
    for (const auto& part : inputs.shares) batch.shares.push_back(std::make_shared<HostOverlays>(part));
    for (const std::vector<NoiseSource*>& sources : inputs.draws)
      batch.draws.push_back(draw(sources, inputs.pictures[0]->size()));
    return batch;
  }

  Array text_encode(std::span<const std::vector<int32_t>> ids) override {
    count("to_device");
    count("text_encode");
    require(!ids.empty(), "no token ids");
    const int tokens = static_cast<int>(ids[0].size());
    auto text = std::make_shared<HostArray>(static_cast<int>(ids.size()), Shape{tokens, kTextWidth, 1});
    for (size_t b = 0; b < ids.size(); ++b) {
      require(ids[b].size() == ids[0].size(), "token ids of different lengths");
      uint64_t state = 1;
      for (size_t t = 0; t < ids[b].size(); ++t) {
        state += static_cast<uint64_t>(ids[b][t]) * 0x632BE59BD9B4E019;
        for (int w = 0; w < kTextWidth; ++w)
          text->items[b][t * kTextWidth + w] = static_cast<float>(2 * fake_unit(state) - 1);
      }
    }
    return text;
  }

  Array vae_encode(const Array& pictures, const Array& posterior_noise) override {
    count("vae_encode");
    return encoded(uploaded<HostPictures>(pictures).pictures, posterior_noise);
  }

  Array join_text(std::span<const TextPart> parts) override {
    require(!parts.empty(), "a text of no parts");
    Shape shape = host(parts[0].text).shape;
    shape.rows = 0;
    std::vector<float> joined;
    for (const TextPart& part : parts) {
      const HostArray& text = host(part.text);
      std::vector<float> values = text.items.at(0);
      const double before = std::accumulate(values.begin(), values.end(), 0.0);
      for (size_t i = 0; i < values.size() && !part.weights.empty(); ++i)
        values[i] *= static_cast<float>(part.weights.at(i / kTextWidth));
      const double after = std::accumulate(values.begin(), values.end(), 0.0);
      for (float& value : values) value *= static_cast<float>(before / after);
      joined.insert(joined.end(), values.begin(), values.end());
      shape.rows += text.shape.rows;
    }
    auto whole = std::make_shared<HostArray>(1, shape);
    whole->items[0] = std::move(joined);
    return whole;
  }

  Array zeros_like(const Array& array) override {
    return std::make_shared<HostArray>(host(array).batch(), host(array).shape);
  }

  Array control_pictures(const Array& pictures) override {
    return encoded(uploaded<HostPictures>(pictures).pictures, nullptr);
  }

  Array denoise(const DenoiseInput& input) override {
    count("denoise");
    const HostArray& latents = host(input.latents);
    const HostArray& positive = host(input.positive);
    const size_t batch = latents.items.size();
    require(positive.items.size() == batch, "batches of different lengths");
    auto output = std::make_shared<HostArray>(latents.batch(), latents.shape);
    for (size_t b = 0; b < batch; ++b) {
      const auto predicted = [&](const std::vector<float>& text) {
        std::vector<float> values =
            predict(latents.items[b], number(input.numbers, input.timesteps, b), text);
        if (!input.anchors.empty() && input.anchors.at(b) != nullptr) {
          const auto& tokens = uploaded<HostTokens>(input.anchors[b]);
          require(tokens.guided == (input.negative != nullptr), "an anchor of another kind of batch");
          const auto share = static_cast<float>(number(input.numbers, input.coherence, b));
          for (size_t i = 0; i < values.size(); ++i)
            values[i] += share * 0.5f * (tokens.latents.at(i) - values[i]);
        }
        if (input.control == nullptr) return values;
        const std::vector<float>& control = host(input.control).items.at(b);
        const float weight = static_cast<float>(number(input.numbers, input.control_weights, b));
        for (size_t i = 0; i < values.size(); ++i) values[i] += 0.3f * weight * control[i];
        return values;
      };
      const std::vector<float> said = predicted(positive.items[b]);
      output->items[b] = said;
      if (input.negative == nullptr) continue;
      const std::vector<float> unsaid = predicted(host(input.negative).items.at(b));
      const float guidance = static_cast<float>(number(input.numbers, input.guidance, b));
      for (size_t i = 0; i < said.size(); ++i)
        output->items[b][i] = unsaid[i] + guidance * (said[i] - unsaid[i]);
    }
    return output;
  }

  DenoisedAnchor denoise_anchor(const DenoiseInput& input) override {
    require(host(input.latents).batch() == 1 && input.anchors.empty(), "anchors that are not alone");
    count("denoise_anchor");
    auto tokens = std::make_shared<HostTokens>();
    tokens->latents = host(input.latents).items[0];
    tokens->guided = input.negative != nullptr;
    return {denoise(input), tokens};
  }

  std::unique_ptr<Decoding> vae_decode(const Array& array) override {
    const bool broken = count("vae_decode") >= nan_from_ && nan_from_ >= 0;
    const HostArray& latents = host(array);
    DecodedPictures decoded;
    for (const std::vector<float>& item : latents.items) {
      const bool finite = std::all_of(item.begin(), item.end(), [](float v) { return std::isfinite(v); });
      decoded.finite.push_back(finite && !broken);
      decoded.pictures.push_back(decode(item, latents.shape));
    }
    return std::make_unique<FakeDecoding>(*this, std::move(decoded));
  }

  Array combine(const Array& numbers, std::span<const Term> terms) override {
    count("combine");
    require(!terms.empty(), "an empty combination");
    const HostArray& first = host(terms[0].array);
    auto sum = std::make_shared<HostArray>(first.batch(), first.shape);
    for (const Term& term : terms) {
      const HostArray& array = host(term.array);
      require(array.shape == first.shape && array.batch() == first.batch(), "terms of different shapes");
      for (size_t b = 0; b < array.items.size(); ++b) {
        const auto coefficient =
            static_cast<float>(number(numbers, term.row, static_cast<size_t>(term.column) + b));
        for (size_t i = 0; i < array.items[b].size(); ++i)
          sum->items[b][i] += coefficient * array.items[b][i];
      }
    }
    return sum;
  }

  Array blend(std::span<const Array> outputs, std::span<const Array> shares) override {
    auto sum = std::make_shared<HostArray>(host(outputs[0]).batch(), host(outputs[0]).shape);
    for (size_t b = 0; b < sum->items.size(); ++b) {
      for (size_t part = 0; part < outputs.size(); ++part) {
        const std::vector<float>& output = host(outputs[part]).items.at(b);
        const std::vector<float>& share = uploaded<HostOverlays>(shares[part]).items.at(b);
        require(share.size() * kChannels == output.size(), "shares of another size");
        for (size_t i = 0; i < output.size(); ++i) sum->items[b][i] += share[i % share.size()] * output[i];
      }
    }
    return sum;
  }

  double cosine(const Array& one, const Array& other) override {
    count("wait");
    count("to_host");
    return cosine_of(host(one).items.at(0), host(other).items.at(0));
  }

  Array gather(std::span<const std::pair<Array, int>> items) override {
    require(!items.empty(), "nothing to gather");
    const HostArray& first = host(items[0].first);
    auto gathered = std::make_shared<HostArray>(static_cast<int>(items.size()), first.shape);
    for (size_t b = 0; b < items.size(); ++b) {
      const HostArray& array = host(items[b].first);
      require(array.shape == first.shape, "items of different shapes");
      gathered->items[b] = array.items.at(static_cast<size_t>(items[b].second));
    }
    return gathered;
  }

  TextShape text_shape(const Array& text) override {
    return {host(text).shape.rows, host(text).shape.columns};
  }

  Array lay_over(const Array& text, const Array& numbers, const Overlay& overlay) override {
    auto laid = std::make_shared<HostArray>(host(text));
    std::vector<float>& values = laid->items.at(0);
    const auto item = static_cast<size_t>(overlay.item);
    const std::vector<float>& over = uploaded<HostOverlays>(overlay.overlays).items.at(item);
    require(over.size() == values.size(), "an overlay of another size than its text");
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const float low = *least, span = *most - low;
    const auto strength = static_cast<float>(number(numbers, overlay.strength, item));
    const auto offset = static_cast<float>(number(numbers, overlay.offset, item));
    for (size_t i = 0; i < values.size(); ++i) values[i] += (low + span * over[i]) / strength + offset;
    return laid;
  }

  Array along_arcs(const Array& from, const Array& to, const Array& numbers, int row, int column) override {
    auto turned = std::make_shared<HostArray>(host(from));
    const double share = number(numbers, row, static_cast<size_t>(column));
    std::vector<float>& a = turned->items.at(0);
    const std::vector<float>& b = host(to).items.at(0);
    for (size_t token = 0; token < a.size(); token += kTextWidth) {
      const double cosine =
          cosine_of(std::span(a).subspan(token, kTextWidth), std::span(b).subspan(token, kTextWidth));
      const double angle = std::abs(cosine) <= 0.9995 ? std::acos(cosine) : 1e-6;  // as good as a line
      for (size_t i = token; i < token + kTextWidth; ++i)
        a[i] = static_cast<float>((std::sin((1 - share) * angle) * a[i] + std::sin(share * angle) * b[i]) /
                                  std::sin(angle));
    }
    return turned;
  }

  // Adds as it should, and makes something of its own out of other operations' numbers.
  Array bend(const Array& latents, std::span<const LatentBend> bends, const Array& noise) override {
    count("bend");
    auto bent = std::make_shared<HostArray>(host(latents));
    std::vector<float>& values = bent->items.at(0);
    for (const LatentBend& bend : bends) {
      double sum = 0;
      for (const double argument : bend.arguments) sum += argument;
      for (size_t i = 0; i < values.size(); ++i) {
        if (bend.kind == LatentBend::Kind::add) {
          values[i] += static_cast<float>(sum);
        } else if (bend.kind == LatentBend::Kind::noise) {
          values[i] += static_cast<float>(sum) * host(noise).items.at(0)[i];
        } else {
          values[i] *= static_cast<float>(1 + 0.1 * sum * (1 + static_cast<int>(bend.kind)));
        }
      }
    }
    return bent;
  }

 private:
  class FakeDecoding : public Decoding {
   public:
    FakeDecoding(FakeNetworks& networks, DecodedPictures decoded)
        : networks_(networks), decoded_(std::move(decoded)) {}
    bool is_ready() const override { return !networks_.works_alone_; }
    DecodedPictures collect() override {
      networks_.count("wait");
      networks_.count("to_host");
      return std::move(decoded_);
    }

   private:
    FakeNetworks& networks_;
    DecodedPictures decoded_;
  };

  int count(const std::string& call) {
    const int calls = calls_[call]++;
    if (fault_) fault_(call, calls);
    return calls;
  }

  static Array copied(const std::vector<const Canvas*>& pictures) {
    auto copies = std::make_shared<HostPictures>();
    for (const Canvas* picture : pictures) {
      require(picture->size() == pictures[0]->size(), "pictures of different sizes");
      copies->pictures.push_back(picture->clone());
    }
    return copies;
  }

  Array draw(const std::vector<NoiseSource*>& sources, Size size) {
    count("draw");
    auto noise = std::make_shared<HostArray>(static_cast<int>(sources.size()), latent_shape(size));
    for (size_t b = 0; b < sources.size(); ++b) {
      if (sources[b] == nullptr) continue;
      if (const std::vector<float>* given = sources[b]->given()) {
        require(given->size() == noise->items[b].size(), "noise of another size");
        noise->items[b] = *given;
        continue;
      }
      auto* source = dynamic_cast<FakeNoise*>(sources[b]);
      require(source != nullptr, "a noise source that is not theirs");
      const Shape shape = latent_shape(size);
      source->draw(noise->items[b], shape.rows, shape.columns);
    }
    return noise;
  }

  static Array encoded(const std::vector<Canvas>& pictures, const Array& posterior_noise) {
    auto latents =
        std::make_shared<HostArray>(static_cast<int>(pictures.size()), latent_shape(pictures[0].size()));
    for (size_t b = 0; b < pictures.size(); ++b) {
      encode(pictures[b], latents->items[b]);
      if (posterior_noise == nullptr) continue;
      const std::vector<float>& noise = host(posterior_noise).items.at(b);
      for (size_t i = 0; i < noise.size(); ++i) latents->items[b][i] += 0.25f * noise[i];
    }
    return latents;
  }

  static Shape latent_shape(Size size) {
    require(
        size.width > 0 && size.height > 0 && size.width % kDownscale == 0 && size.height % kDownscale == 0,
        "a picture size that is not a multiple of 8");
    return {size.height / kDownscale, size.width / kDownscale, kChannels};
  }

  // Channels 0..2 are the mean colour of each 8x8 block in -1..1, channel 3 its first pixel's brightness.
  static void encode(const Canvas& picture, std::vector<float>& latents) {
    const int rows = picture.height() / kDownscale, columns = picture.width() / kDownscale;
    const size_t plane = static_cast<size_t>(rows) * columns;
    for (int y = 0; y < rows; ++y) {
      for (int x = 0; x < columns; ++x) {
        int sum[3] = {0, 0, 0};
        for (int v = 0; v < kDownscale; ++v) {
          const uint8_t* pixel = picture.row(y * kDownscale + v) + static_cast<size_t>(x) * kDownscale * 3;
          for (int u = 0; u < kDownscale * 3; ++u) sum[u % 3] += pixel[u];
        }
        const size_t at = static_cast<size_t>(y) * columns + x;
        for (size_t c = 0; c < 3; ++c) latents[c * plane + at] = static_cast<float>(sum[c]) / 8160.0f - 1;
        const uint8_t* corner = picture.row(y * kDownscale) + static_cast<size_t>(x) * kDownscale * 3;
        latents[3 * plane + at] = static_cast<float>(corner[0] + corner[1] + corner[2]) / 382.5f - 1;
      }
    }
  }

  static std::vector<float> predict(const std::vector<float>& latents, double timestep,
                                    const std::vector<float>& text) {
    float heard[kTextWidth] = {};
    for (size_t i = 0; i < text.size(); ++i) heard[i % kTextWidth] += text[i] / std::sqrt(float(text.size()));
    const float noisy = static_cast<float>(timestep) / 1000.0f;
    const size_t plane = latents.size() / kChannels;
    std::vector<float> output(latents.size());
    for (size_t i = 0; i < latents.size(); ++i) {
      const float wanted = heard[i / plane] + 0.5f * heard[4 + (i + i / plane) % 4];
      // A bend, so that a scheduler that is wrong by a common factor does not cancel out.
      output[i] = latents[i] * (0.2f + 0.7f * noisy) / (1 + 0.1f * std::abs(latents[i])) -
                  (0.6f - 0.4f * noisy) * wanted;
    }
    return output;
  }

  static Canvas decode(const std::vector<float>& latents, Shape shape) {
    Canvas picture({shape.columns * kDownscale, shape.rows * kDownscale});
    const size_t plane = static_cast<size_t>(shape.rows) * shape.columns;
    for (int y = 0; y < picture.height(); ++y) {
      uint8_t* pixel = picture.row(y);
      for (int x = 0; x < picture.width(); ++x, pixel += 3) {
        const size_t at = static_cast<size_t>(y / kDownscale) * shape.columns + x / kDownscale;
        // Channel 3 is a texture inside each block, so that every channel shows.
        const float grain = 0.25f * latents[3 * plane + at] * ((x ^ y) & 1 ? 1.0f : -1.0f);
        for (size_t c = 0; c < 3; ++c) {
          const float value = latents[c * plane + at] + grain;
          pixel[c] = std::isfinite(value) ? to_byte(value) : 0;
        }
      }
    }
    return picture;
  }

  FakeFault fault_;
  int nan_from_;
  std::string dtype_;
  bool works_alone_;
  std::map<std::string, int> calls_;
};

}  // namespace

std::unique_ptr<Networks> make_fake_networks(FakeFault fault, int nan_from, std::string dtype,
                                             bool works_alone) {
  return std::make_unique<FakeNetworks>(std::move(fault), nan_from, std::move(dtype), works_alone);
}

}  // namespace spectradiff
