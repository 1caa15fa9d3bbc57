// SPDX-License-Identifier: Apache-2.0
#include "core/server/data_folder.h"

#include <windows.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace parlour::server {

using base::ErrorKind;

std::string defaultDataFolder() {
    const char* local = std::getenv("LOCALAPPDATA");
    return std::string(local ? local : ".") + "\\parlourd";
}

std::string thisProcess() {
    const char* host = std::getenv("COMPUTERNAME");
    return "process " + std::to_string(::GetCurrentProcessId()) + (host ? std::string(" on ") + host : std::string());
}

/// A file that nobody else may write is the lock; the folder inherits the user profile's access list.
struct FileLock::Handle {
    HANDLE file = INVALID_HANDLE_VALUE;
    ~Handle() {
        if (file != INVALID_HANDLE_VALUE) ::CloseHandle(file);
    }
};

FileLock::FileLock(std::unique_ptr<Handle> handle) : m_handle(std::move(handle)) {}
FileLock::~FileLock() = default;

base::Result<std::unique_ptr<FileLock>> FileLock::take(const std::string& file, base::Duration wait, const std::string& code, const std::string& what,
                                                       const std::string& advice) {
    const std::filesystem::path path(file);
    auto handle = std::make_unique<Handle>();
    for (auto left = base::toMs(wait);; left -= 50) {
        handle->file = ::CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
        if (handle->file != INVALID_HANDLE_VALUE) break;
        if (left <= 0) {
            std::ifstream in(path, std::ios::binary);
            std::string who;
            std::getline(in, who);
            return base::fail(ErrorKind::conflict, code, "Another parlourd" + (who.empty() ? std::string() : " (" + who + ")") + " " + what, advice, file);
        }
        ::Sleep(50);
    }
    const std::string me = thisProcess();
    DWORD written = 0;
    ::SetEndOfFile(handle->file);
    ::WriteFile(handle->file, me.data(), static_cast<DWORD>(me.size()), &written, nullptr);
    return std::unique_ptr<FileLock>(new FileLock(std::move(handle)));
}

DataFolder::DataFolder(std::string path, std::unique_ptr<FileLock> lock) : m_path(std::move(path)), m_lock(std::move(lock)) {}
DataFolder::~DataFolder() = default;

base::Result<std::unique_ptr<DataFolder>> DataFolder::open(const std::string& given, base::Duration wait) {
    std::error_code error;
    const auto path = std::filesystem::absolute(given, error);
    std::filesystem::create_directories(path, error);
    if (error)
        return base::fail(ErrorKind::unavailable, "data_folder", "The data folder cannot be used.", "Choose another one with --data DIR.",
                          error.message());
    auto lock = FileLock::take((path / "lock").string(), wait, "data_folder_in_use", "uses this data folder.",
                               "Stop it, or give this one a folder of its own with --data DIR.");
    if (!lock) return base::Unexpected(std::move(lock).error());
    return std::unique_ptr<DataFolder>(new DataFolder(path.string(), std::move(*lock)));
}

bool DataFolder::makeDurable(const std::string& file) {
    const HANDLE handle = ::CreateFileW(std::filesystem::path(file).c_str(), GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (handle == INVALID_HANDLE_VALUE) return false;
    const bool good = ::FlushFileBuffers(handle) != 0;
    ::CloseHandle(handle);
    return good;
}

base::Result<void> DataFolder::writeFile(const std::string& name, const std::string& text) const {
    const auto target = std::filesystem::path(m_path) / name;
    auto temporary = target;
    temporary += ".new";
    {
        std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
        out << text;
        if (!out.flush()) return base::fail(ErrorKind::unavailable, "data_folder", "A file in the data folder cannot be written.", "Check rights and free space.", target.string());
    }
    std::error_code error;
    std::filesystem::rename(temporary, target, error);
    if (error) return base::fail(ErrorKind::unavailable, "data_folder", "A file in the data folder cannot be written.", "Check rights and free space.", error.message());
    return {};
}

base::Result<std::string> DataFolder::readFile(const std::string& name) const {
    std::ifstream in(std::filesystem::path(m_path) / name, std::ios::binary);
    if (!in) return base::fail(ErrorKind::notFound, "no_file", "The file is not there.", {}, name);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

}  // namespace parlour::server
