"""Layouts of government, newspaper, portal, forum and account pages."""

from __future__ import annotations

import json

from tests.quality.page_frames import (
    LINKED,
    MENU,
    REMARKS,
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
def government_ucap() -> Page:
    text = took(each=2)
    body = (
        f"<div class='nav'><ul>{MENU}</ul></div><div class='crumb'>当前位置：<a>首页</a> &gt; <a>政务公开"
        "</a> &gt; 工作动态</div>"
        f"<div class='article'><h1>{TITLE}</h1><div class='pages-date'>{SHOWN} <span>来源：江县人民政府办公室</span>"
        f"<span>字体：大 中 小</span>{SHARE}</div>"
        f"<div class='pages_content' id='UCAP-CONTENT'>{paragraphs(text)}</div>"
        "<div class='editor'>责任编辑：林舟</div></div>"
        "<div class='footer'>主办：江县人民政府办公室　网站标识码 0000000000</div>"
    )
    return Page(page(body), text)


@layout
def government_outage_table() -> Page:
    rows = [
        f"11月{day}日 08:00-17:00 桥南{line}线 {place}"
        for day, line, place in ((21, "一", "枫林苑、水岸家园"), (22, "二", "桥南农贸市场周边"))
    ]
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row.split(" ")) + "</tr>" for row in rows)
    head = "停电日期 停电时间 停电线路 停电范围"
    header = "<tr>" + "".join(f"<th>{cell}</th>" for cell in head.split(" ")) + "</tr>"
    title = "江县供电公司计划停电公告（第47期）"
    body = (
        f"<div id=top><ul>{MENU}</ul></div><table width=960 align=center><tr><td align=center><b>{title}</b>"
        "</td></tr>"
        f"<tr><td align=center>发布时间：{SHOWN}　浏览次数：128</td></tr><tr><td>"
        f"<table border=1>{header}{cells}</table></td></tr>"
        f"<tr><td>【打印】【关闭】</td></tr></table><ul>{LINKED}</ul>"
    )
    return Page(page(body, window=f"{title}-江县供电公司"), [head, *rows], title)


@layout
def newspaper_epaper_br() -> Page:
    text = took(0, 10)
    body = (
        f"<div class=ban>第03版：民生</div><table><tr><td><strong>{TITLE}</strong></td></tr><tr>"
        "<td>《江县日报》（2026年11月18日　第03版）"
        f"</td></tr><tr><td><div id=ozoom><founder-content>{'<br><br>'.join('　　' + line for line in text)}"
        "</founder-content></div>"
        "</td></tr></table><div><a>上一篇</a><a>下一篇</a><a>放大</a><a>缩小</a></div>"
    )
    return Page(page(body, window="江县日报"), text, shown="2026-11-18")


@layout
def portal_with_teasers() -> Page:
    text = took()
    body = (
        f"<div class='header'><ul>{MENU}</ul></div><div class='wrap'><div class='left'>"
        f"<h1 class='main-title'>{TITLE}</h1>"
        "<div class='date-source'><span class='date'>2026年11月18日 09:26</span> <a>江县晚报</a></div>"
        "<div class='article' id='artibody'>"
        f"<p>原标题：{TITLE}</p>{paragraphs(text)}<p class='show_author'>责任编辑：何岸 </p></div>"
        "<div class='keywords'>关键字 : <a>停电</a></div>"
        f"<div class='comment-box'>{REMARKS}</div></div><div class='right'><div class='hot'>{TEASERS}</div>"
        "</div></div>"
    )
    return Page(page(body), text)


@layout
def weixin_sections() -> Page:
    text = took(0, 9)
    body = (
        f"<div id='js_article' class='rich_media'><h1 class='rich_media_title'>{TITLE}</h1>"
        "<div id='meta_content'><a>江县供电</a>"
        "<em id='publish_time'></em></div>"
        "<div class='rich_media_content' id='js_content' style='visibility: hidden;'>"
        + "".join(
            f"<section style='margin:8px'><section><span>{a[:9]}</span><span>{a[9:]}</span></section></section>"
            for a in text
        )
        + "<section><span>来源：江县供电</span></section><section><span>编辑：苏木　审核：林舟</span></section></div>"
        "<div class='rich_media_tool'><a>阅读原文</a><span>阅读 1024</span></div></div>"
        "<script>var ct = '1794965160';</script>"
    )
    head = f"<meta property='og:title' content='{TITLE}'>"
    return Page(page(body, head, window=""), text)


@layout
def hotline_reply() -> Page:
    ask = (
        "我住在桥南枫林苑三栋，最近三个晚上七点左右都停电，孩子没法写作业，打了几次电话都说在抢修，请问什么时候能解决？"
    )
    answer = "您好，您反映的问题收悉。停电原因是变压器过载，供电公司计划月底前完成增容，在此之前由发电车保供。"
    title = "枫林苑小区频繁停电何时解决"
    body = (
        f"<ul class='menu'>{MENU}</ul><div class='position'>您现在的位置：首页 &gt; 互动交流 &gt; 县长信箱"
        "</div><table class='letter'>"
        f"<tr><th>信件标题</th><td>{title}</td></tr><tr><th>来信时间</th><td>2026-11-16 20:41</td></tr>"
        f"<tr><th>信件内容</th><td>{ask}</td></tr><tr><th>答复单位</th><td>江县供电公司</td></tr>"
        f"<tr><th>答复内容</th><td>{answer}</td></tr></table><div class='pingjia'>您对本次答复：<a>满意</a>"
        "<a>基本满意</a><a>不满意</a></div>"
    )
    text = [
        f"信件标题 {title}",
        "来信时间 2026-11-16 20:41",
        f"信件内容 {ask}",
        "答复单位 江县供电公司",
        f"答复内容 {answer}",
    ]
    return Page(page(body, window=f"{title}-县长信箱-江县人民政府"), text, title, "2026-11-16 20:41")


@layout
def discuz_first_post() -> Page:
    first = took(0, 6)
    replies = "".join(
        f"<div id='post_{at}'><div class='pls'>网友{at} 积分 {at * 7}</div><div class='pct'>"
        f"<em>发表于 2026-11-18 1{at}:05</em>"
        f"<table><tr><td class='t_f' id='postmessage_{at}'>{line}</td></tr></table></div></div>"
        for at, line in enumerate(
            ("我家也是，空调都不敢开。", "已经打过热线，说在排队抢修。", "顶一下，希望有人管。"), 1
        )
    )
    body = (
        f"<div id='nv'><ul>{MENU}</ul></div><div id='postlist'><h1 class='ts'>"
        f"<span id='thread_subject'>{TITLE}</span></h1><div id='post_0'>"
        f"<div class='pls'>楼主 积分 31</div><div class='pct'><em id='authorposton0'>发表于 {SHOWN}</em>"
        "<table><tr><td class='t_f' id='postmessage_0'>"
        f"{'<br />'.join(first)}</td></tr></table></div></div>{replies}</div><div class='pg'><a>1</a><a>2</a>"
        "<a>下一页</a></div>"
    )
    return Page(page(body, window=f"{TITLE} - 桥南论坛 - Powered by Discuz!"), first)


@layout
def weibo_single() -> Page:
    text = "#桥南停电# 连续三个晚上了，一到七点就停，热线说变压器过载正在处理，有没有人知道发电车什么时候到？"
    body = (
        f"<div class='nav'><ul>{MENU}</ul></div><article class='woo-panel'><header><a>江边的风</a>"
        "<a class='time'>26-11-18 09:26</a>"
        "<span>来自 手机客户端</span></header><div class='wbpro-feed-content'>"
        f"<div class='detail_wbtext'>{text}</div></div>"
        "<footer><span>转发 12</span><span>评论 30</span><span>赞 55</span></footer></article>"
        f"<div class='RepostCommentList'>{REMARKS}</div>"
    )
    return Page(page(body, window="微博正文"), [text], title="微博正文")


@layout
def divs_without_paragraphs() -> Page:
    text = took(2, 12)
    body = (
        f"<div class='top'><ul>{MENU}</ul></div><div class='box'><div class='bt'>{TITLE}</div>"
        f"<div class='sj'>时间：{SHOWN}　来源：江县融媒体中心</div>"
        f"<div class='nr'>{paragraphs(text, '<div>{}</div>')}</div><div>编辑：何岸　校对：苏木　审核：林舟"
        f"</div></div><div class='list'><ul>{LINKED}</ul></div>"
    )
    return Page(page(body), text)


@layout
def spans_in_one_line() -> Page:
    text = took(0, 8)
    cut = "".join(
        f"<p class='MsoNormal'><span>　　</span><span lang='ZH'>{a[:13]}</span><span><font>{a[13:]}</font></span></p>"
        for a in text
    )
    body = (
        f"<ul>{MENU}</ul><h2>{TITLE}</h2><p>{SHOWN}　点击：77</p><div class='TRS_Editor'>"
        f"<div class='Custom_UnionStyle'>{cut}</div></div><p>[打印本页]</p>"
    )
    return Page(page(body), text)


@layout
def gb18030_called_utf8() -> Page:
    text = took(1, 9)
    body = (
        f"<div><ul>{MENU}</ul></div><div id='Zoom'>{paragraphs(text)}</div>"
        "<div id='foot'>版权所有 江县经济和信息化局</div>"
    )
    head = (
        f"<meta name='ArticleTitle' content='{TITLE}'><meta name='PubDate' content='{SHOWN}'>"
        "<meta name='ContentSource' content='县经信局'>"
    )
    return Page(page(body, head, encoding="gb18030", said="utf-8"), text)


@layout
def utf8_called_gb2312() -> Page:
    text = took(3, 12)
    body = (
        f"<div class='menu'><ul>{MENU}</ul></div><h1>{TITLE}</h1><div class='xx'>发布日期：{SHOWN}</div>"
        f"<div class='wz'>{paragraphs(text)}</div>"
    )
    return Page(page(body, said="gb2312"), text)


@layout
def captions_between() -> Page:
    text = took(0, 10)
    caption = "图为抢修人员更换低压开关。"
    figures = [f"<p>{a}</p>" for a in text]
    figures.insert(3, f"<p style='text-align:center'><img src='1.jpg'></p><p style='text-align:center'>{caption}</p>")
    body = (
        f"<div id='header'><ul>{MENU}</ul></div><div class='content'><h1>{TITLE}</h1><div class='info'>{SHOWN}"
        f"</div><div class='con'>{''.join(figures)}</div></div>"
    )
    return Page(page(body), [*text[:3], caption, *text[3:]])


@layout
def pager_and_next_article() -> Page:
    text = took(0, 7)
    body = (
        f"<div class='nav'><ul>{MENU}</ul></div><div class='main'><h1>{TITLE}</h1>"
        f"<p class='source'>{SHOWN}　江县在线</p>{paragraphs(text)}"
        "<p><a>1</a> <a>2</a> <a>3</a> <a>下一页</a> <a>余下全文</a></p><p>上一篇：<a>城北早市搬进新大棚</a>"
        "</p><p>下一篇：<a>老街修缮过半</a></p>"
        f"<p>（责任编辑：何岸）</p></div><div class='xgxw'><h3>相关新闻</h3><ul>{LINKED}</ul></div>"
    )
    return Page(page(body), text)


@layout
def linked_data_only() -> Page:
    text = took(each=2)
    thing = {
        "@type": "NewsArticle",
        "headline": TITLE,
        "datePublished": "2026-11-18T09:26:00+08:00",
        "articleBody": "\n".join(text),
    }
    head = f"<script type='application/ld+json'>{json.dumps(thing, ensure_ascii=False)}</script>"
    return Page(page("<div id='app'><p>正在加载…</p></div>", head, window="江县新闻"), text)


@layout
def next_data() -> Page:
    text = took(each=2)
    props = {"props": {"pageProps": {"detail": {"name": TITLE, "pubTime": SHOWN, "content": paragraphs(text)}}}}
    body = f"<div id='__next'></div><script id='__NEXT_DATA__' type='application/json'>{json.dumps(props)}</script>"
    return Page(page(body, window=TITLE), text)
