// SPDX-License-Identifier: Apache-2.0
// One folder of this computer for the app's own file sheet: folders first, then files that end as wanted. No file dialog of the
// toolkit works on every system without a second toolkit, and this one can be used and tested like every other page. Thread: UI.
#pragma once

#include <QAbstractListModel>
#include <QFileInfo>
#include <QStringList>
#include <QVariant>
#include <QtQml/qqmlregistration.h>

namespace parlour::ui {

class FolderModel : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString folder READ folder WRITE setFolder NOTIFY changed)
    Q_PROPERTY(QStringList endings MEMBER m_endings NOTIFY changed)    ///< "png", "csv"; set before the folder
    Q_PROPERTY(QVariantList places READ places CONSTANT)               ///< [{title, path}]: home, pictures, downloads
    Q_PROPERTY(QString up READ up NOTIFY changed)                      ///< empty at the root
    Q_PROPERTY(int count READ count NOTIFY changed)
    Q_PROPERTY(QString problem READ problem NOTIFY changed)
  public:
    enum Role { Name = Qt::UserRole + 1, Path, IsFolder, Size };
    using QAbstractListModel::QAbstractListModel;
    QString folder() const { return m_folder; }
    void setFolder(const QString& folder);
    QVariantList places() const;
    QString up() const;
    int count() const { return static_cast<int>(m_rows.size()); }
    QString problem() const { return m_problem; }
    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : count(); }
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    /// What a text file holds, at most 1 MiB; null when it cannot be read as UTF-8 text.
    Q_INVOKABLE QVariant text(const QString& path) const;

  signals:
    void changed();

  private:
    QString m_folder;
    QStringList m_endings;
    QString m_problem;
    QFileInfoList m_rows;
};

}  // namespace parlour::ui
