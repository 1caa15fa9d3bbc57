// SPDX-License-Identifier: Apache-2.0
// A list of a house, page by page: rows are the records of the answer as they came, by the JSON's names. Views ask for more
// as they scroll; a search replaces the rows by what the house finds; changes keep the place where one reads.
// Thread: UI.
#pragma once

#include <QQmlParserStatus>
#include <QSet>
#include <QString>
#include <QTimer>
#include <QVariantMap>
#include <QtQml/qqmlregistration.h>

#include "ui/models/house_model.h"
#include "ui/models/row_diff.h"

namespace parlour::ui {

struct HouseRow {
    QString id;
    QVariantMap record;
    const QString& key() const { return id; }
    bool operator==(const HouseRow&) const = default;
};

class HouseList : public RowModel<HouseRow>, public QQmlParserStatus {
    Q_OBJECT
    QML_ELEMENT
    Q_INTERFACES(QQmlParserStatus)
    Q_PROPERTY(QString path MEMBER m_path NOTIFY asked)              ///< "/members", may have a query
    Q_PROPERTY(QString rows MEMBER m_rowsKey NOTIFY asked)               ///< where the answer holds them
    Q_PROPERTY(QString idKey MEMBER m_idKey NOTIFY asked)            ///< what tells rows apart: a name, or several with commas
    Q_PROPERTY(QString cursor MEMBER m_cursor NOTIFY asked)              ///< query parameter of the next page; empty = one page is all
    Q_PROPERTY(QString cursorKey MEMBER m_cursorKey NOTIFY asked)        ///< from the last row instead of the answer's `next`
    Q_PROPERTY(QString firstCursor MEMBER m_firstCursor NOTIFY asked)   ///< of the first page, where the house wants one
    Q_PROPERTY(QString sectionKey MEMBER m_sectionKey NOTIFY asked)      ///< time in ms whose day heads a section
    Q_PROPERTY(bool inRoom MEMBER m_inRoom NOTIFY asked)                 ///< asks the house of the room one is in; set at the start
    Q_PROPERTY(int pageSize MEMBER m_pageSize NOTIFY asked)              ///< 0 = the house decides
    Q_PROPERTY(bool active MEMBER m_active NOTIFY asked)             ///< nothing is asked while false
    Q_PROPERTY(QString search MEMBER m_search NOTIFY asked)
    Q_PROPERTY(int count READ count NOTIFY changed)
    Q_PROPERTY(bool loading READ loading NOTIFY changed)
    Q_PROPERTY(bool loaded READ loaded NOTIFY changed)               ///< an answer has come since the last new question
    Q_PROPERTY(bool empty READ empty NOTIFY changed)                 ///< loaded, no error, nothing there
    Q_PROPERTY(QString problem READ problem NOTIFY changed)
    Q_PROPERTY(QVariantMap answer READ answer NOTIFY changed)        ///< the newest page without its rows: totals and the like

  public:
    enum Role { Record = Qt::UserRole + 1, Section };
    explicit HouseList(QObject* parent = nullptr);
    /// Without QML: the house is given by hand.
    HouseList(HouseModel& house, QString path, QString rows, QString cursor, QObject* parent = nullptr);
    void classBegin() override {}
    void componentComplete() override;

    int count() const { return rowCount(); }
    bool loading() const { return m_loading; }
    bool loaded() const { return m_loaded; }
    bool empty() const { return m_loaded && m_rows.empty() && m_problem.isEmpty(); }
    QString problem() const { return m_problem; }
    QVariantMap answer() const { return m_answer; }
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    bool canFetchMore(const QModelIndex& parent) const override;
    void fetchMore(const QModelIndex& parent) override;

    /// From the first page on.
    Q_INVOKABLE void refresh();
    Q_INVOKABLE QVariantMap at(int row) const;
    /// A record that was changed elsewhere takes the place of the one with the same id.
    Q_INVOKABLE void put(const QVariantMap& record);
    Q_INVOKABLE void drop(const QString& id);

  signals:
    void asked();
    void changed();

  private:
    void begin();
    QString idOf(const QVariantMap& record) const;
    void request(const QString& from);
    void take(const QVariantMap& answer, bool first);

    HouseModel* m_house = nullptr;
    QString m_path;
    QString m_rowsKey;
    QString m_idKey = QStringLiteral("id");
    QString m_cursor;
    QString m_cursorKey;
    QString m_firstCursor;
    QString m_sectionKey;
    QString m_search;
    int m_pageSize = 100;
    bool m_active = true;
    bool m_inRoom = false;
    bool m_loading = false;
    bool m_loaded = false;
    QString m_next;          ///< empty = that was all
    QString m_problem;
    QVariantMap m_answer;
    QSet<QString> m_seen;    ///< ids of the rows, kept for the next page
    int m_round = 0;         ///< answers to an earlier question are dropped
    QTimer m_pause;          ///< typing is not a question per letter
};

}  // namespace parlour::ui
