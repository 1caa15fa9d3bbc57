// SPDX-License-Identifier: Apache-2.0
// Many links on paper: a PDF in A4 with one card per link, its QR code, whom it is for, and a line to cut along.
// Thread: UI; a step per page, so that the window stays alive while hundreds are drawn.
#pragma once

#include <QObject>
#include <QPdfWriter>
#include <QString>
#include <QVariant>
#include <QtQml/qqmlregistration.h>
#include <memory>

class QPainter;

namespace parlour::ui {

class QrSheet : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(bool busy READ busy NOTIFY changed)
    Q_PROPERTY(int done READ done NOTIFY changed)          ///< cards drawn
    Q_PROPERTY(int total READ total NOTIFY changed)
    Q_PROPERTY(QString file READ file NOTIFY changed)      ///< the finished sheet
    Q_PROPERTY(QString problem READ problem NOTIFY changed)
    Q_PROPERTY(QString folder MEMBER m_folder NOTIFY changed)  ///< empty = the person's downloads
  public:
    explicit QrSheet(QObject* parent = nullptr);
    ~QrSheet() override;
    bool busy() const { return m_painter != nullptr; }
    int done() const { return m_done; }
    int total() const { return static_cast<int>(m_cards.size()); }
    QString file() const { return m_file; }
    QString problem() const { return m_problem; }

    /// Cards are [{link, for_name, code}]; `heading` stands on each page, `stem` becomes the file's name.
    Q_INVOKABLE void save(const QString& heading, const QVariantList& cards, const QString& stem);
    Q_INVOKABLE void cancel();
    /// Shows the finished sheet with the system's viewer.
    Q_INVOKABLE bool open() const;
    Q_INVOKABLE void clear();

  signals:
    void changed();

  private:
    void page();
    void finish(const QString& problem);
    void card(const QRectF& place, const QVariantMap& one);

    QString m_folder;
    QString m_heading;
    QVariantList m_cards;
    QString m_writing;
    QString m_file;
    QString m_problem;
    int m_done = 0;
    std::unique_ptr<QPdfWriter> m_pdf;
    std::unique_ptr<QPainter> m_painter;
};

}  // namespace parlour::ui
