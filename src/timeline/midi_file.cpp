#include <algorithm>
#include <array>
#include <cstdint>
#include <map>

#include "spectradiff/base/error.h"
#include "spectradiff/timeline/given_series.h"

namespace spectradiff {
namespace {

constexpr double kUsualTempoUs = 500000;  // microseconds per quarter note, until an event says otherwise

// Reads what is there, and says where it is not.
class Bytes {
 public:
  Bytes(std::string_view bytes, size_t begin, const std::string& source)
      : bytes_(bytes), at_(begin), source_(source) {}

  bool done() const { return at_ >= bytes_.size(); }
  size_t left() const { return bytes_.size() - at_; }

  int byte() {
    if (done()) fail("it ends too early");
    return static_cast<unsigned char>(bytes_[at_++]);
  }
  int peek() const { return done() ? -1 : static_cast<unsigned char>(bytes_[at_]); }

  uint32_t number(int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8 | static_cast<uint32_t>(byte());
    return value;
  }

  // Seven bits a byte, at most four of them.
  uint32_t variable() {
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const int next = byte();
      value = value << 7 | static_cast<uint32_t>(next & 0x7F);
      if ((next & 0x80) == 0) return value;
    }
    fail("a number is longer than four bytes");
  }

  std::string_view take(size_t count) {
    if (count > left()) fail("it ends too early");
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }

  // What lies ahead as a reader of its own.
  Bytes part(size_t count) {
    const size_t begin = at_;
    take(count);
    return {bytes_.substr(0, at_), begin, source_};
  }

  [[noreturn]] void fail(const char* why) const {
    throw_error(ErrorKind::input, "{}: this MIDI file is damaged at byte {}: {}", source_, at_, why);
  }

 private:
  std::string_view bytes_;
  size_t at_;
  const std::string& source_;
};

struct TickedNote {
  int64_t begin, end;
  int pitch;
  int velocity;
};

using TempoMap = std::map<int64_t, double>;  // tick → microseconds per quarter note from there

class Track {
 public:
  Track(Bytes bytes, std::vector<TickedNote>& notes, TempoMap& tempi)
      : bytes_(bytes), notes_(notes), tempi_(tempi) {}

  void read() {
    while (!bytes_.done() && !ended_) {
      tick_ += bytes_.variable();
      event();
    }
    for (const auto& [key, begun] : sounding_) end_note(key, begun);
  }

 private:
  struct Begun {
    int64_t tick;
    int velocity;
  };

  void event() {
    if (bytes_.peek() >= 0x80) status_ = bytes_.byte();
    if (status_ < 0x80) bytes_.fail("an event has no kind");
    switch (status_ & 0xF0) {
      case 0x80:
      case 0x90:
        note();
        break;
      case 0xA0:
      case 0xB0:
      case 0xE0:
        bytes_.take(2);
        break;
      case 0xC0:
      case 0xD0:
        bytes_.take(1);
        break;
      default:
        system_event();
    }
  }

  void note() {
    const int pitch = bytes_.byte() & 0x7F;
    const int velocity = bytes_.byte() & 0x7F;
    const int key = (status_ & 0x0F) << 8 | pitch;
    if (const auto begun = sounding_.find(key); begun != sounding_.end()) {
      end_note(key, begun->second);
      sounding_.erase(begun);
    }
    if ((status_ & 0xF0) == 0x90 && velocity > 0) sounding_[key] = {tick_, velocity};
  }

  void end_note(int key, const Begun& begun) {
    notes_.push_back({begun.tick, tick_, key & 0x7F, begun.velocity});
  }

  void system_event() {
    constexpr int kMeta = 0xFF, kEndOfTrack = 0x2F, kTempo = 0x51;
    if (status_ == kMeta) {
      const int kind = bytes_.byte();
      const std::string_view data = bytes_.take(bytes_.variable());
      if (kind == kEndOfTrack) ended_ = true;
      if (kind == kTempo && data.size() == 3) {
        double us = 0;
        for (const char c : data) us = us * 256 + static_cast<unsigned char>(c);
        if (us > 0) tempi_[tick_] = us;
      }
    } else if (status_ == 0xF0 || status_ == 0xF7) {
      bytes_.take(bytes_.variable());
    } else {
      bytes_.fail("an event of this kind cannot stand in a file");
    }
    status_ = 0;  // none runs on behind it
  }

  Bytes bytes_;
  std::vector<TickedNote>& notes_;
  TempoMap& tempi_;
  int64_t tick_ = 0;
  int status_ = 0;
  bool ended_ = false;
  std::map<int, Begun> sounding_;  // channel · 256 + pitch
};

// From ticks to seconds.
class Clock {
 public:
  Clock(uint32_t division, const TempoMap& tempi, const Bytes& bytes) {
    if ((division & 0x8000) != 0) {
      const int rate = 256 - static_cast<int>(division >> 8);
      const int ticks = static_cast<int>(division & 0xFF);
      if (ticks == 0) bytes.fail("its time has no ticks");
      marks_[0] = {0, 1 / ((rate == 29 ? 30000.0 / 1001 : rate) * ticks)};
      return;
    }
    if (division == 0) bytes.fail("its time has no ticks");
    marks_[0] = {0, kUsualTempoUs * 1e-6 / division};
    for (const auto& [tick, us] : tempi) {
      const double at_s = seconds(tick);
      marks_[tick] = {at_s, us * 1e-6 / division};
    }
  }

  double seconds(int64_t tick) const {
    const auto& [from, mark] = *std::prev(marks_.upper_bound(tick));
    return mark.at_s + static_cast<double>(tick - from) * mark.tick_s;
  }

 private:
  struct Mark {
    double at_s, tick_s;
  };
  std::map<int64_t, Mark> marks_;
};

}  // namespace

std::vector<MidiNote> parse_midi(std::string_view bytes, const std::string& source) {
  constexpr std::string_view kHeader = "MThd", kTrack = "MTrk";
  Bytes file(bytes, 0, source);
  if (!bytes.starts_with(kHeader))
    throw_error(ErrorKind::input, "{} is no Standard MIDI File; export it as .mid", source);
  file.take(kHeader.size());
  const uint32_t length = file.number(4);
  if (length < 6) file.fail("its header is too short");
  Bytes header = file.part(length);
  header.number(2);  // the format: tracks of every one are read side by side
  const uint32_t count = header.number(2);
  const uint32_t division = header.number(2);
  std::vector<TickedNote> ticked;
  TempoMap tempi;
  for (uint32_t tracks = 0; tracks < count && !file.done();) {
    const std::string_view kind = file.take(4);
    const uint32_t size = file.number(4);
    Bytes part = file.part(size);
    if (kind != kTrack) continue;
    Track(part, ticked, tempi).read();
    ++tracks;
  }
  const Clock clock(division, tempi, header);
  std::vector<MidiNote> notes;
  notes.reserve(ticked.size());
  for (const TickedNote& note : ticked)
    notes.push_back({clock.seconds(note.begin), clock.seconds(note.end), note.pitch, note.velocity / 127.0});
  std::stable_sort(notes.begin(), notes.end(),
                   [](const MidiNote& a, const MidiNote& b) { return a.begin_s < b.begin_s; });
  return notes;
}

}  // namespace spectradiff
