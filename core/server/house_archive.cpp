// SPDX-License-Identifier: Apache-2.0
#include "core/server/house_archive.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/house/store/store_place.h"
#include "core/server/data_folder.h"

namespace parlour::server {

namespace fs = std::filesystem;
using base::ErrorKind;

namespace {

std::string pathOf(const ServerConfig& config) { return config.data.empty() ? defaultDataFolder() : config.data; }

base::Unexpected<base::Error> unwritten(const std::string& file, const std::error_code& error) {
    return base::fail(ErrorKind::unavailable, error == std::errc::no_space_on_device ? "disk_full" : "backup_unwritten",
                      "The backup could not be written.", "Check the free space and the folder's rights.", file);
}

}  // namespace

base::Result<house::ArchiveInfo> backupHouse(const ServerConfig& config, const base::Clock& clock, const std::string& file, bool replace) {
    const std::string path = pathOf(config), where = DataFolder::storePlace(path, config.store);
    std::error_code error;
    if (!house::isDatabaseServer(where) && !fs::exists(where, error))
        return base::fail(ErrorKind::notFound, "no_house", "There is no house in this data folder yet.", "Check --data.", path);
    if (!replace && fs::exists(fs::symlink_status(file, error)))
        return base::fail(ErrorKind::conflict, "file_exists", "There is something of this name already; it was left as it is.",
                          "Choose another name, or replace it with --force.", file);
    std::map<std::string, std::string> files;
    for (const char* name : {DataFolder::kCertificateFile, DataFolder::kKeyFile}) {
        std::ifstream in(path + "/" + name, std::ios::binary);
        std::ostringstream text;
        if (in && text << in.rdbuf()) files[name] = text.str();
    }
    const std::string temporary = file + ".new";
    fs::remove(temporary, error);
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    if (!out) return unwritten(file, std::error_code(errno, std::generic_category()));
    fs::permissions(temporary, fs::perms::owner_read | fs::perms::owner_write, error);   // before anything is in it
    auto info = house::writeArchive(where, files, clock.wallNow(), out);
    out.close();
    if (info && (!out || !DataFolder::makeDurable(temporary))) info = unwritten(file, {});
    if (info) {
        fs::rename(temporary, file, error);
        if (error) info = unwritten(file, error);
    }
    if (!info) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
    }
    return info;
}

base::Result<house::ArchiveInfo> restoreHouse(const ServerConfig& config, const base::Clock& clock, const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return base::fail(ErrorKind::notFound, "no_file", "The backup is not there or cannot be read.", "Check the file's name.", file);
    auto info = house::checkArchive(in);   // before anything is made
    if (!info) return info;
    auto folder = DataFolder::open(pathOf(config), base::Duration(0));
    if (!folder) return base::Unexpected(std::move(folder).error());
    in.clear();
    in.seekg(0);
    info = house::restoreArchive(DataFolder::storePlace((*folder)->path(), config.store), clock.wallNow(), in);
    if (!info) return info;
    for (const char* name : {DataFolder::kCertificateFile, DataFolder::kKeyFile})
        if (const auto it = info->files.find(name); it != info->files.end())
            if (auto done = (*folder)->writeFile(name, it->second); !done) return base::Unexpected(std::move(done).error());
    return info;
}

}  // namespace parlour::server
