// SPDX-License-Identifier: Apache-2.0
// A text as QR code, painted directly: the link never becomes an image address or a cache key.
// Thread: UI.
#pragma once

#include <QColor>
#include <QQuickPaintedItem>
#include <QString>
#include <QtQml/qqmlregistration.h>

namespace parlour::ui {

class QrCode : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString text READ text WRITE setText NOTIFY textChanged)
    Q_PROPERTY(QColor ink MEMBER m_ink NOTIFY coloursChanged)
    Q_PROPERTY(QColor paper MEMBER m_paper NOTIFY coloursChanged)
    /// Modules per side, 0 when the text does not fit (more than about 2900 bytes).
    Q_PROPERTY(int modules READ modules NOTIFY textChanged)

  public:
    explicit QrCode(QQuickItem* parent = nullptr);
    QString text() const { return m_text; }
    void setText(const QString& text);
    int modules() const { return m_modules; }
    void paint(QPainter* painter) override;

  signals:
    void textChanged();
    void coloursChanged();

  private:
    QString m_text;
    QColor m_ink{Qt::black};
    QColor m_paper{Qt::white};
    QByteArray m_bits;  ///< one byte per module, row by row
    int m_modules = 0;
};

}  // namespace parlour::ui
