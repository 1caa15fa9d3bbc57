// SPDX-License-Identifier: Apache-2.0
#ifndef _WIN32

#include "core/server/data_folder.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/log.h"

namespace parlour::server {

using base::ErrorKind;

namespace {
constexpr int kRetryMs = 50;

base::Unexpected<base::Error> folderError(const std::string& path, const std::string& why, std::string advice) {
    return base::fail(ErrorKind::unavailable, "data_folder", "The data folder cannot be used: " + why + ".", std::move(advice), path);
}
std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}
}  // namespace

std::string defaultDataFolder() {
    if (const auto state = variable("STATE_DIRECTORY"); !state.empty()) return state.substr(0, state.find(':'));
    if (const auto data = variable("XDG_DATA_HOME"); !data.empty()) return data + "/parlourd";
    const auto home = variable("HOME");
    return (home.empty() ? "." : home) + "/.local/share/parlourd";
}

std::string thisProcess() {
    char host[256] = "";
    if (::gethostname(host, sizeof host - 1) != 0) host[0] = 0;
    return "process " + std::to_string(::getpid()) + (host[0] ? std::string(" on ") + host : std::string());
}

struct FileLock::Handle {
    int fd = -1;
    ~Handle() {
        if (fd >= 0) ::close(fd);
    }
};

FileLock::FileLock(std::unique_ptr<Handle> handle) : m_handle(std::move(handle)) {}
FileLock::~FileLock() = default;

base::Result<std::unique_ptr<FileLock>> FileLock::take(const std::string& file, base::Duration wait, const std::string& code, const std::string& what,
                                                       const std::string& advice) {
    auto handle = std::make_unique<Handle>();
    handle->fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (handle->fd < 0) return folderError(file, std::strerror(errno), "Check rights and free space.");
    auto left = base::toMs(wait);
    while (::flock(handle->fd, LOCK_EX | LOCK_NB) != 0) {
        if (left <= 0) {
            char holder[300] = "";
            const auto n = ::pread(handle->fd, holder, sizeof holder - 1, 0);
            const std::string who(holder, n > 0 ? static_cast<std::size_t>(n) : 0);
            return base::fail(ErrorKind::conflict, code, "Another parlourd" + (who.empty() ? std::string() : " (" + who + ")") + " " + what, advice, file);
        }
        ::poll(nullptr, 0, kRetryMs);
        left -= kRetryMs;
    }
    // For whoever comes second; without it they are told no name.
    const std::string me = thisProcess();
    if (::ftruncate(handle->fd, 0) == 0 && ::pwrite(handle->fd, me.data(), me.size(), 0) < 0 && ::ftruncate(handle->fd, 0) != 0)
        base::log(base::LogLevel::warn, "server", "Cannot write into " + file + "; another parlourd will not say whose folder this is.");
    return std::unique_ptr<FileLock>(new FileLock(std::move(handle)));
}

DataFolder::DataFolder(std::string path, std::unique_ptr<FileLock> lock) : m_path(std::move(path)), m_lock(std::move(lock)) {}
DataFolder::~DataFolder() = default;

base::Result<std::unique_ptr<DataFolder>> DataFolder::open(const std::string& given, base::Duration wait) {
    std::error_code error;
    const std::string path = std::filesystem::absolute(given, error).lexically_normal().string();
    const auto parent = std::filesystem::path(path).parent_path();
    std::filesystem::create_directories(parent, error);
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return folderError(path, std::strerror(errno), "Choose another one with --data DIR.");
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return folderError(path, std::strerror(errno), "Choose another one with --data DIR.");
    if (!S_ISDIR(info.st_mode)) return folderError(path, "it is not a folder", "Choose another one with --data DIR.");
    if (info.st_uid != ::geteuid()) return folderError(path, "it belongs to somebody else", "Run as its owner or choose another one.");
    if ((info.st_mode & 0077) != 0 && ::chmod(path.c_str(), 0700) != 0)
        return folderError(path, "others may read it", "Run chmod 700 on it.");

    auto lock = FileLock::take(path + "/lock", wait, "data_folder_in_use", "uses this data folder.",
                               "Stop it, or give this one a folder of its own with --data DIR.");
    if (!lock) return base::Unexpected(std::move(lock).error());
    return std::unique_ptr<DataFolder>(new DataFolder(path, std::move(*lock)));
}

bool DataFolder::makeDurable(const std::string& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool good = ::fsync(fd) == 0;
    ::close(fd);
    return good;
}

base::Result<void> DataFolder::writeFile(const std::string& name, const std::string& text) const {
    const std::string target = m_path + "/" + name, temporary = target + ".new";
    ::unlink(temporary.c_str());
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = fd >= 0;
    for (std::size_t done = 0; good && done < text.size();) {
        const auto n = ::write(fd, text.data() + done, text.size() - done);
        good = n > 0;
        if (good) done += static_cast<std::size_t>(n);
    }
    good = good && ::fsync(fd) == 0;
    if (fd >= 0) ::close(fd);
    if (good && ::rename(temporary.c_str(), target.c_str()) == 0) return {};
    const int code = errno;
    ::unlink(temporary.c_str());
    return base::fail(ErrorKind::unavailable, code == ENOSPC ? "disk_full" : "data_folder", "A file in the data folder cannot be written.",
                      "Check rights and free space.", target + ": " + std::strerror(code));
}

base::Result<std::string> DataFolder::readFile(const std::string& name) const {
    std::ifstream in(m_path + "/" + name, std::ios::binary);
    if (!in) return base::fail(ErrorKind::notFound, "no_file", "The file is not there.", {}, m_path + "/" + name);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

}  // namespace parlour::server

#endif
