#include "spectradiff/store/frame_store.h"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "claim.h"
#include "database.h"
#include "salvage.h"
#include "schema.h"
#include "spectradiff/base/error.h"
#include "spectradiff/image/png.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kGathered = std::chrono::milliseconds(500);  // what comes within it is written as one
constexpr size_t kMostWaiting = 8;                          // pictures on their way

bool holds_no_byte(const fs::path& file) {
  std::error_code failed;
  const auto status = fs::status(file, failed);
  if (!fs::exists(status)) return true;
  if (!fs::is_regular_file(status)) refuse_foreign_store(file, "is no file");
  return fs::file_size(file, failed) == 0;
}

}  // namespace

struct FrameStore::Impl {
  struct Waiting {
    std::string key;
    int64_t frame = 0;
    Canvas picture;
  };

  Impl(fs::path file_, std::vector<std::string>& notes) : file(std::move(file_)) {
    const bool is_new = holds_no_byte(file);
    try {
      open(is_new);
      take(notes);
    } catch (const DamagedError&) {
      database.reset();
      const int64_t saved = salvage(file);
      notes.push_back(fmt::format("{} was damaged: {} of its frames are whole", file.string(), saved));
      open(false);
      take(notes);
    } catch (const Error&) {
      database.reset();
      std::error_code ignored;
      if (is_new && holds_no_byte(file)) fs::remove(file, ignored);
      throw;
    }
    writer = std::thread([this] { write_all(); });
  }

  ~Impl() {
    {
      std::lock_guard lock(queue_mutex);
      closing = true;
      changed.notify_all();
    }
    writer.join();
    if (removed) return;
    try {
      end_claim();
    } catch (const Error&) {
      // The next one takes it over from a dead process.
    }
  }

  void open(bool is_new) {
    database.emplace(file, is_new ? Database::Access::create : Database::Access::write);
    if (is_new || !check_is_store(*database, file)) database->run(kPages);
    // Pictures are appended, so that a rollback journal holds little; it works on network disks too. EXTRA:
    // that the journal is gone, which is the commit, outlives a power cut too.
    database->run("PRAGMA synchronous = EXTRA");
  }

  void take(std::vector<std::string>& notes) {
    const bool is_ours = database->number("PRAGMA application_id") == kApplicationId;
    const std::string silent = is_ours ? silent_claim(*database) : "";
    database->run("BEGIN IMMEDIATE");
    try {
      if (database->number("PRAGMA application_id") != kApplicationId) make_tables(*database);
      claim.emplace(*database, file.string(), silent, notes);
      database->run("COMMIT");
    } catch (const Error&) {
      roll_back();
      throw;
    }
    look_through();
  }

  // A picture that is not whole may lie across others' pages: nothing is written before it is gone.
  void look_through() {
    whole.clear();
    database->number("SELECT count(value) FROM about");
    const auto require = [&](bool is_right) {
      if (!is_right) throw DamagedError(ErrorKind::output, file.string() + " is damaged");
    };
    Statement row(*database, "SELECT id, key, sha256, png FROM pictures");
    while (row.step()) {
      const std::string key = row.text(1);
      require(row.text(2) == seal_of(key, row.blob(3)));
      require(whole.insert({key, {row.integer(0), static_cast<int64_t>(row.blob(3).size())}}).second);
    }
    // By the index of keys, which holds all that is asked for.
    Statement entry(*database, "SELECT key, id FROM pictures ORDER BY key");
    for (const auto& [key, place] : whole)
      require(entry.step() && entry.text(0) == key && entry.integer(1) == place.id);
    require(!entry.step());
  }

  void end_claim() {
    std::lock_guard lock(database_mutex);
    give_back_claim();
    database.reset();
  }

  // An empty store that was ours goes, unless it is to stay.
  void give_back_claim() {
    database->run("BEGIN IMMEDIATE");
    claim->give_back(*database);
    const bool is_ours = database->changes() == 1;
    const bool holds_nothing = database->number("SELECT count(*) FROM pictures") == 0;
    database->run("COMMIT");
    std::error_code ignored;
    if (is_ours && holds_nothing && !stays) fs::remove(file, ignored);
  }

  void roll_back() {
    if (!database || !database->in_transaction()) return;
    try {
      database->run("ROLLBACK");
    } catch (const Error&) {
      // Closing does it.
    }
  }

  // The writer's thread.

  void write_all() {
    try {
      while (auto next = next_waiting()) write(*next);
    } catch (...) {
      {
        std::lock_guard lock(database_mutex);
        roll_back();
      }
      std::lock_guard lock(queue_mutex);
      failure = std::current_exception();
      queue.clear();
      unwritten = 0;
      changed.notify_all();
    }
  }

  // What is written so far is committed when its time has come, when nothing more is to come, and when
  // somebody waits for it.
  std::optional<Waiting> next_waiting() {
    std::unique_lock lock(queue_mutex);
    for (;;) {
      const bool is_open = unwritten > queue.size();
      const bool is_due = is_open && (Clock::now() >= due || (queue.empty() && (closing || flushing > 0)));
      if (is_due) {
        const size_t written = unwritten - queue.size();
        lock.unlock();
        commit();
        lock.lock();
        unwritten -= written;
        changed.notify_all();
        continue;
      }
      if (!queue.empty()) {
        Waiting next = std::move(queue.front());
        queue.pop_front();
        changed.notify_all();
        return next;
      }
      if (closing) return std::nullopt;
      if (is_open) {
        changed.wait_until(lock, due);
      } else if (changed.wait_for(lock, kBeat) == std::cv_status::timeout) {
        lock.unlock();
        beat();
        lock.lock();
      }
    }
  }

  // With every transaction too, and no fault of its own: the next picture says what is wrong.
  void beat() {
    std::lock_guard lock(database_mutex);
    if (removed) return;
    try {
      claim->beat(*database);
    } catch (const Error&) {
      // Said then.
    }
  }

  void write(const Waiting& waiting) {
    const std::vector<uint8_t> png = encode_png(waiting.picture);
    const std::string seal = seal_of(waiting.key, png);
    std::lock_guard lock(database_mutex);
    if (removed) return;
    if (!database->in_transaction()) {
      due = Clock::now() + kGathered;
      database->run("BEGIN IMMEDIATE");
      claim->confirm(*database);
    }
    Statement(*database, "INSERT OR REPLACE INTO pictures(key, frame, sha256, png) VALUES(?, ?, ?, ?)")
        .bind(waiting.key)
        .bind(waiting.frame)
        .bind(seal)
        .bind(png)
        .run();
    whole[waiting.key] = {database->last_id(), static_cast<int64_t>(png.size())};
  }

  void write_notes() {
    std::map<std::string, std::string> latest;
    {
      std::lock_guard lock(queue_mutex);
      latest.swap(noted);
    }
    for (const auto& [name, value] : latest)
      Statement(*database, "INSERT OR REPLACE INTO about VALUES(?, ?)").bind(name).bind(value).run();
  }

  void commit() {
    std::lock_guard lock(database_mutex);
    if (removed) return;
    write_notes();
    database->run("COMMIT");
  }

  const fs::path file;
  std::mutex database_mutex;
  std::optional<Database> database;
  std::optional<Claim> claim;
  std::map<std::string, StoredPlace> whole;  // by key, in the order of bytes as SQLite's
  bool removed = false;
  bool stays = false;

  std::mutex queue_mutex;
  std::condition_variable changed;
  std::deque<Waiting> queue;
  std::map<std::string, std::string> noted;  // written with the next commit
  size_t unwritten = 0;                      // not yet committed: the queue's, and those of the transaction
  int flushing = 0;                          // who waits for all of them
  bool closing = false;
  std::exception_ptr failure;
  Clock::time_point due;  // of the open transaction
  std::thread writer;
};

FrameStore::FrameStore(fs::path file, std::vector<std::string>& notes)
    : impl_(std::make_unique<Impl>(std::move(file), notes)) {}
FrameStore::~FrameStore() = default;

const fs::path& FrameStore::file() const {
  return impl_->file;
}

std::string FrameStore::about(const std::string& name) const {
  std::lock_guard lock(impl_->database_mutex);
  Statement row(*impl_->database, "SELECT value FROM about WHERE name = ?");
  return row.bind(name).step() ? row.text(0) : "";
}

void FrameStore::set_about(const std::string& name, const std::string& value) {
  flush();
  std::lock_guard lock(impl_->database_mutex);
  Statement(*impl_->database, "INSERT OR REPLACE INTO about VALUES(?, ?)").bind(name).bind(value).run();
}

void FrameStore::note(const std::string& name, const std::string& value) {
  std::lock_guard lock(impl_->queue_mutex);
  impl_->noted[name] = value;
}

int64_t FrameStore::pictures() const {
  std::lock_guard lock(impl_->database_mutex);
  return static_cast<int64_t>(impl_->whole.size());
}

bool FrameStore::holds(const std::string& key) const {
  std::lock_guard lock(impl_->database_mutex);
  return impl_->whole.contains(key);
}

int64_t FrameStore::bytes(const std::string& key) const {
  std::lock_guard lock(impl_->database_mutex);
  const auto found = impl_->whole.find(key);
  return found == impl_->whole.end() ? 0 : found->second.bytes;
}

Canvas FrameStore::picture(const std::string& key) const {
  std::lock_guard lock(impl_->database_mutex);
  if (const auto found = impl_->whole.find(key); found != impl_->whole.end()) {
    if (auto picture = whole_picture(*impl_->database, found->second.id, key)) return std::move(*picture);
  }
  throw_error(ErrorKind::output, "{} was changed while it was in use; give the same command again",
              impl_->file.string());
}

void FrameStore::put(const std::string& key, int64_t frame, Canvas picture) {
  std::unique_lock lock(impl_->queue_mutex);
  impl_->changed.wait(lock, [&] { return impl_->failure || impl_->queue.size() < kMostWaiting; });
  if (impl_->failure) std::rethrow_exception(impl_->failure);
  impl_->queue.push_back({key, frame, std::move(picture)});
  ++impl_->unwritten;
  impl_->changed.notify_all();
}

void FrameStore::flush() {
  std::unique_lock lock(impl_->queue_mutex);
  ++impl_->flushing;
  impl_->changed.notify_all();
  impl_->changed.wait(lock, [&] { return impl_->failure || impl_->unwritten == 0; });
  --impl_->flushing;
  if (impl_->failure) std::rethrow_exception(impl_->failure);
}

void FrameStore::clear() {
  flush();
  std::lock_guard lock(impl_->database_mutex);
  impl_->database->run("DELETE FROM pictures");
  impl_->whole.clear();
}

void FrameStore::stay() {
  std::lock_guard lock(impl_->database_mutex);
  impl_->stays = true;
}

void FrameStore::abandon() {
  flush();
  impl_->database_mutex.lock();  // for good
  impl_->give_back_claim();
}

void FrameStore::remove() {
  {
    std::lock_guard lock(impl_->queue_mutex);
    impl_->unwritten -= impl_->queue.size();
    impl_->queue.clear();
  }
  std::lock_guard lock(impl_->database_mutex);
  impl_->removed = true;
  impl_->roll_back();
  impl_->database.reset();
  std::error_code failed;
  fs::remove(impl_->file, failed);
  if (failed) throw_error(ErrorKind::output, "cannot remove {}: {}", impl_->file.string(), failed.message());
}

std::optional<std::string> read_about(const fs::path& file, const std::string& name) {
  try {
    if (holds_no_byte(file)) return std::nullopt;
    Database database(file, Database::Access::read);
    if (!check_is_store(database, file)) return std::nullopt;
    Statement row(database, "SELECT value FROM about WHERE name = ?");
    return row.bind(name).step() ? row.text(0) : "";
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace spectradiff
