// SPDX-License-Identifier: Apache-2.0
#include "core/room/kept_file.h"

#include <fstream>

#ifndef _WIN32
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#endif

#include "core/crypto/random.h"

namespace parlour::room {
namespace {

namespace fs = std::filesystem;
constexpr int kLockTries = 1'000;  // of a millisecond: longer than a busy machine lets a change stand

base::Unexpected<base::Error> unwritable(const fs::path& file, std::string why) {
    return base::fail(base::ErrorKind::unavailable, "home_unwritable", "Nothing can be written to your folder.",
                      "Check its rights and the free space.", file.string() + ": " + std::move(why));
}

#ifndef _WIN32
/// The folder itself is locked, so that no file is left over. Where it cannot be, or somebody stands still with it, it goes on
/// without: a change may be lost then, nothing else.
class FolderLock {
  public:
    explicit FolderLock(const fs::path& folder) : m_folder(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        for (int i = 0; m_folder >= 0 && i < kLockTries && ::flock(m_folder, LOCK_EX | LOCK_NB) != 0; ++i) {
            if (errno != EWOULDBLOCK && errno != EINTR) return;
            ::poll(nullptr, 0, 1);
        }
    }
    ~FolderLock() {
        if (m_folder >= 0) ::close(m_folder);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

  private:
    int m_folder;
};

std::string writeDraft(const fs::path& draft, std::string_view text) {
    const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return std::strerror(errno);
    std::string why;
    while (!text.empty() && why.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written > 0)
            text.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            why = std::strerror(errno);
    }
    if (::close(file) != 0 && why.empty()) why = std::strerror(errno);
    return why;
}
#else
struct FolderLock {
    explicit FolderLock(const fs::path&) {}
};
std::string writeDraft(const fs::path& draft, std::string_view text) {
    std::ofstream out(draft, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    return out ? "" : "writing failed";
}
#endif

}  // namespace

std::optional<std::string> readKept(const fs::path& file, std::size_t most) {
    std::error_code error;
    const auto status = fs::status(file, error);
    if (status.type() == fs::file_type::not_found) return std::string();
    if (!fs::is_regular_file(status)) return std::nullopt;  // a pipe would be waited for
    std::ifstream in(file, std::ios::binary);
    std::string text(most + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad() || !in.eof()) return std::nullopt;
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

base::Result<void> changeKept(const fs::path& file, std::size_t most,
                              const std::function<std::optional<std::string>(const std::optional<std::string>&)>& change) {
    std::error_code error;
    const auto folder = file.parent_path();
    if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) return unwritable(file, error.message());
    const FolderLock lock(folder);
    const auto next = change(readKept(file, most));
    if (!next) return {};
    const fs::path draft(file.string() + "." + crypto::randomString(8));
    if (auto why = writeDraft(draft, *next); !why.empty()) {
        fs::remove(draft, error);
        return unwritable(file, std::move(why));
    }
    fs::rename(draft, file, error);
    if (!error) return {};
    auto why = error.message();
    fs::remove(draft, error);
    return unwritable(file, std::move(why));
}

}  // namespace parlour::room
