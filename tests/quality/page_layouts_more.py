"""Layouts whose frames are in the way: comments, hidden blocks, advertisements, headings, tables."""

from __future__ import annotations

import json

from tests.quality.page_frames import (
    LINKED,
    MENU,
    OTHERS,
    SENTENCES,
    SHARE,
    SHOWN,
    TEASERS,
    TITLE,
    Page,
    layout,
    page,
    paragraphs,
    took,
)


@layout
def initial_state_called_html() -> Page:
    text = took(0, 9)
    state = {"article": {"title": TITLE, "publishTime": "1794965160000", "html": paragraphs(text)}, "hot": list(OTHERS)}
    body = (
        "<div id='root'><div class='loading'>加载中</div></div>"
        f"<script>window.__INITIAL_STATE__={json.dumps(state, ensure_ascii=False)};</script>"
    )
    return Page(page(body, window=f"{TITLE}_江县号"), text)


@layout
def long_comments_after_short_text() -> Page:
    text = took(0, 2)
    remarks = "".join(f"<dl><dt>热心网友{at}</dt><dd>{line}</dd></dl>" for at, line in enumerate(took(2, 12)))
    body = (
        f"<ul>{MENU}</ul><h1>{TITLE}</h1><div>{SHOWN} 江县论坛</div><div class='text'>{paragraphs(text)}</div>"
        f"<div class='pinglun'><h3>网友评论</h3>{remarks}</div>"
    )
    return Page(page(body), text)


@layout
def hidden_copy_for_printing() -> Page:
    text = took(4, 12)
    hidden = f"<div id='print' style='display:none'><p>打印预览</p>{TEASERS}{TEASERS}</div>"
    body = (
        f"<ul>{MENU}</ul><div class='art'><h1>{TITLE}</h1><span>{SHOWN}</span>"
        f"<div class='word'>{paragraphs(text)}</div></div>{hidden}"
    )
    return Page(page(body), text)


@layout
def text_between_advertisements() -> Page:
    text = took(0, 10)
    advert = "<div class='ad-box'><a href='/ad'>空调清洗立减五十元</a></div>"
    parts = "".join(f"<p>{a}</p>{advert if at % 4 == 3 else ''}" for at, a in enumerate(text))
    body = (
        f"<header><nav><ul>{MENU}</ul></nav></header><main><article><h1>{TITLE}</h1>"
        f"<time datetime='2026-11-18T09:26:00+08:00'>11-18</time>{parts}</article></main><aside>{TEASERS}"
        "</aside>"
    )
    return Page(page(body), text)


@layout
def question_and_answer_headings() -> Page:
    text = [
        "一、为什么连续停电",
        SENTENCES[4],
        "二、什么时候能解决",
        SENTENCES[5],
        SENTENCES[6],
        "三、电器坏了找谁",
        SENTENCES[7],
    ]
    body = "".join(f"<h3>{a}</h3>" if at in (0, 2, 5) else f"<p>{a}</p>" for at, a in enumerate(text))
    return Page(
        page(f"<ul>{MENU}</ul><h1>{TITLE}</h1><p>{SHOWN}</p><div class='detail'>{body}</div><ul>{LINKED}</ul>"), text
    )


@layout
def numbered_list() -> Page:
    text = ["请桥南片区的居民注意以下事项：", *took(5, 10), "江县供电公司", "2026年11月18日"]
    items = paragraphs(text[1:6], "<li>{}</li>")
    body = (
        f"<div class='hd'><ul>{MENU}</ul></div><h1>{TITLE}</h1><div>发布时间：{SHOWN}</div>"
        f"<div class='news-con'><p>{text[0]}</p><ol>{items}</ol><p align=right>{text[6]}</p>"
        f"<p align=right>{text[7]}</p></div>"
    )
    return Page(page(body), text)


@layout
def official_document() -> Page:
    text = ["各乡镇人民政府、县直有关单位：", *took(4, 11), "特此通知。", "江县人民政府办公室", "2026年11月18日"]
    index = (
        "<table class='index'><tr><td>索引号</td><td>000-2026-0047</td><td>发文日期</td><td>2026-11-18</td>"
        "</tr></table>"
    )
    title = "关于做好迎峰度冬供电保障工作的通知"
    body = (
        f"<ul>{MENU}</ul>{index}<div class='xxgk'><p class='tt'>{title}</p><div class='zw'>{paragraphs(text)}"
        "</div></div><div class='dy'><a>打印</a><a>关闭</a></div>"
    )
    return Page(page(body, window=f"{title}-政府信息公开"), text, title, "2026-11-18")


@layout
def one_sentence_flash() -> Page:
    text = [SENTENCES[11] + "后续进展将及时发布。"]
    body = (
        f"<div class='nav'><ul>{MENU}</ul></div><div class='kx'><h1>{TITLE}</h1><p>{SHOWN}</p><p>{text[0]}</p>"
        f"</div><ul>{LINKED}</ul><div class='footer'>"
        "<p>本网站所刊载信息，不代表本网观点，未经授权不得转载，违者将依法追究责任。</p></div>"
    )
    return Page(page(body), text)


@layout
def baijia_account() -> Page:
    text = took(0, 10)
    rows = "".join(f"<div class='_a7'><p><span class='bjh-p'>{a}</span></p></div>" for a in text)
    more = "".join(f"<div><a>{title}</a><span>11-1{at} 08:00</span></div>" for at, title in enumerate(OTHERS))
    body = (
        f"<div class='_c3'><a>百科</a></div><div class='_9x'><div class='_2k'>{TITLE}</div>"
        f"<div class='_5q'>江县观察</div><div>发布时间：11-18 09:26</div>{rows}</div><div class='_8m'>"
        f"<h2>作者最新文章</h2>{more}</div>"
    )
    return Page(page(body, window=TITLE), text)


@layout
def loose_text_nodes() -> Page:
    text = took(0, 7)
    loose = "<br>\n<br>\n".join("&nbsp;&nbsp;&nbsp;&nbsp;" + a for a in text)
    body = (
        f"<table><tr><td><ul>{MENU}</ul></td></tr><tr><td class=title>{TITLE}</td></tr><tr>"
        f"<td>日期：{SHOWN}　编辑：何岸</td></tr><tr><td class=c>{loose}</td></tr></table>"
    )
    return Page(page(body), text)


@layout
def inquiry_dialogue() -> Page:
    text = [f"{'问' if at % 2 == 0 else '答'}：{a}" for at, a in enumerate(took(0, 8))]
    body = (
        f"<ul>{MENU}</ul><div class='interview'><h1>{TITLE}</h1><div class='time'>{SHOWN}</div>"
        f"<div class='qa'>{paragraphs(text)}</div></div><div class='share'>{SHARE}</div>"
    )
    return Page(page(body), text)


@layout
def follow_us_inside() -> Page:
    text = took(0, 9)
    tail = (
        "<p>来源：江县发布</p><p>责编：何岸</p>"
        "<p>欢迎关注江县发布公众号，每天早上七点准时推送本地消息（转载请联系后台）</p><p><img src='q.jpg'>"
        "</p>"
    )
    body = (
        f"<ul>{MENU}</ul><div class='wrapper'><h1>{TITLE}</h1><p class='sub'>{SHOWN}</p>"
        f"<div class='article-detail'>{paragraphs(text)}{tail}</div></div>"
    )
    return Page(page(body), text)


@layout
def date_split_from_clock() -> Page:
    text = took(2, 9)
    body = (
        f"<ul>{MENU}</ul><div class='hd'><h1>{TITLE}</h1><div class='d'><span>2026</span>年<span>11</span>月"
        f"<span>18</span>日 <i>09:26</i></div></div><div class='bd'>{paragraphs(text)}</div><dl>{TEASERS}</dl>"
    )
    return Page(page(body), text)


@layout
def nested_same_names() -> Page:
    text = took(0, 12)
    body = (
        f"<div class='content'><div class='content-left'><div class='content-title'><h1>{TITLE}</h1></div>"
        f"<div class='content-info'>{SHOWN} 稿源：江县广播电视台</div>"
        f"<div class='content-main'>{paragraphs(text)}</div><div class='content-tool'>{SHARE}"
        "<p>免责声明：本文来源于合作媒体，版权归原作者所有，如有侵权请联系我们删除。</p></div></div>"
        f"<div class='content-right'>{TEASERS}</div></div>"
    )
    return Page(page(body), text)


@layout
def mobile_fold() -> Page:
    text = took(0, 10)
    body = (
        f"<div class='m-nav'>{MENU}</div><section class='m-article'><h1>{TITLE}</h1><p class='m-from'>"
        f"<span>江县日报客户端</span><span>{SHOWN}</span></p>"
        f"<div class='fold' style='max-height:600px;overflow:hidden'>{paragraphs(text)}</div>"
        f"<div class='unfold'>展开全文</div></section><div class='m-rec'><p>为你推荐</p>{TEASERS}</div>"
    )
    return Page(page(body), text)


@layout
def petition_board() -> Page:
    text = took(0, 4, 2)
    answer = ["网友您好！", *took(4, 7), "感谢您的留言。"]
    body = (
        f"<div class='top'><ul>{MENU}</ul></div><div class='liuyan'><h2>{TITLE}</h2>"
        f"<p class='meta'>留言日期：{SHOWN}　状态：<span>已办理</span></p>"
        f"<div class='ly-con'>{paragraphs(text)}</div><div class='hf'><h3>官方回复</h3>"
        f"<p>回复单位：江县供电公司</p><div class='hf-con'>{paragraphs(answer)}</div></div></div>"
        f"<div class='tj'><ul>{LINKED}</ul></div>"
    )
    return Page(page(body, window=f"{TITLE}-留言板"), [*text, "官方回复", "回复单位：江县供电公司", *answer])
