// SPDX-License-Identifier: Apache-2.0
#include "ui/models/folder_model.h"

#include <QDir>
#include <QFile>
#include <QLocale>
#include <QStandardPaths>
#include <QStringDecoder>

namespace parlour::ui {

namespace {
constexpr qint64 kMaxText = 1024 * 1024;
constexpr int kMaxRows = 5000;
}  // namespace

QVariantList FolderModel::places() const {
    QVariantList list;
    const auto add = [&](const QString& title, QStandardPaths::StandardLocation where) {
        const auto path = QStandardPaths::writableLocation(where);
        if (!path.isEmpty() && QFileInfo(path).isDir()) list << QVariantMap{{QStringLiteral("title"), title}, {QStringLiteral("path"), path}};
    };
    add(tr("Home"), QStandardPaths::HomeLocation);
    add(tr("Pictures"), QStandardPaths::PicturesLocation);
    add(tr("Documents"), QStandardPaths::DocumentsLocation);
    add(tr("Downloads"), QStandardPaths::DownloadLocation);
    return list;
}

void FolderModel::setFolder(const QString& folder) {
    const QDir dir(folder);
    beginResetModel();
    m_folder = dir.absolutePath();
    m_rows.clear();
    m_problem = dir.isReadable() ? QString() : tr("This folder cannot be read.");
    QStringList filters;
    for (const auto& ending : m_endings) filters << QStringLiteral("*.") + ending;
    m_rows = dir.entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name | QDir::IgnoreCase) +
             dir.entryInfoList(filters, QDir::Files, QDir::Name | QDir::IgnoreCase);
    if (m_rows.size() > kMaxRows) m_rows.resize(kMaxRows);
    endResetModel();
    emit changed();
}

QString FolderModel::up() const {
    QDir dir(m_folder);
    return dir.cdUp() ? dir.absolutePath() : QString();
}

QVariant FolderModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= m_rows.size()) return {};
    const auto& row = m_rows[index.row()];
    switch (static_cast<Role>(role)) {
        case Name: return row.fileName();
        case Path: return row.absoluteFilePath();
        case IsFolder: return row.isDir();
        case Size: return row.isDir() ? QString() : QLocale().formattedDataSize(row.size());
    }
    return {};
}
QHash<int, QByteArray> FolderModel::roleNames() const { return {{Name, "name"}, {Path, "path"}, {IsFolder, "isFolder"}, {Size, "size"}}; }

QVariant FolderModel::text(const QString& path) const {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly) || file.size() > kMaxText) return QVariant::fromValue(nullptr);
    QStringDecoder utf8(QStringDecoder::Utf8);
    const QString words = utf8(file.readAll());
    return utf8.hasError() ? QVariant::fromValue(nullptr) : QVariant(words);
}

}  // namespace parlour::ui
