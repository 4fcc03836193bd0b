"""Lists of names beside Faker's: "written kana roman", one a comma; "_" is a space within a name. Data."""

from typing import Final

FAMILY: Final = """
石田 イシダ ishida, 原田 ハラダ harada, 小野 オノ ono, 田村 タムラ tamura, 竹内 タケウチ takeuchi,
金子 カネコ kaneko, 和田 ワダ wada, 中山 ナカヤマ nakayama, 藤本 フジモト fujimoto, 上田 ウエダ ueda,
森田 モリタ morita, 原 ハラ hara, 柴田 シバタ shibata, 酒井 サカイ sakai, 工藤 クドウ kudo,
横山 ヨコヤマ yokoyama, 宮崎 ミヤザキ miyazaki, 宮本 ミヤモト miyamoto, 内田 ウチダ uchida,
高木 タカギ takagi, 安藤 アンドウ ando, 谷口 タニグチ taniguchi, 大野 オオノ ono, 丸山 マルヤマ maruyama,
今井 イマイ imai, 高田 タカダ takada, 藤川 フジカワ fujikawa, 武田 タケダ takeda, 村田 ムラタ murata,
上野 ウエノ ueno, 杉山 スギヤマ sugiyama, 増田 マスダ masuda, 菅原 スガワラ sugawara, 平野 ヒラノ hirano,
大塚 オオツカ otsuka, 小島 コジマ kojima, 千葉 チバ chiba, 久保 クボ kubo, 松井 マツイ matsui,
岩崎 イワサキ iwasaki, 桜井 サクライ sakurai, 木下 キノシタ kinoshita, 野口 ノグチ noguchi,
松尾 マツオ matsuo, 野村 ノムラ nomura, 菊地 キクチ kikuchi, 佐野 サノ sano, 大西 オオニシ onishi,
杉本 スギモト sugimoto, 新井 アライ arai, 浜田 ハマダ hamada, 市川 イチカワ ichikawa,
古川 フルカワ furukawa, 水野 ミズノ mizuno, 小松 コマツ komatsu, 島田 シマダ shimada, 小山 コヤマ koyama,
高野 タカノ takano, 山内 ヤマウチ yamauchi, 西田 ニシダ nishida, 菊池 キクチ kikuchi,
五十嵐 イガラシ igarashi, 福島 フクシマ fukushima, 中田 ナカタ nakata, 東 アズマ azuma,
安田 ヤスダ yasuda, 川口 カワグチ kawaguchi, 平田 ヒラタ hirata, 服部 ハットリ hattori,
川崎 カワサキ kawasaki, 飯田 イイダ iida, 矢野 ヤノ yano, 辻 ツジ tsuji, 吉川 ヨシカワ yoshikawa,
土屋 ツチヤ tsuchiya, 永井 ナガイ nagai, 星野 ホシノ hoshino, 秋山 アキヤマ akiyama, 大橋 オオハシ ohashi,
渡部 ワタナベ watanabe, 松岡 マツオカ matsuoka, 関 セキ seki, 本田 ホンダ honda, 鎌田 カマタ kamata,
片山 カタヤマ katayama, 浅野 アサノ asano, 永田 ナガタ nagata, 大久保 オオクボ okubo, 樋口 ヒグチ higuchi,
須藤 スドウ sudo, 広瀬 ヒロセ hirose, 荒木 アラキ araki, 望月 モチヅキ mochizuki, 西川 ニシカワ nishikawa,
黒田 クロダ kuroda, 熊谷 クマガイ kumagai, 川上 カワカミ kawakami, 小池 コイケ koike,
早川 ハヤカワ hayakawa, 長谷部 ハセベ hasebe, 岩田 イワタ iwata, 勅使河原 テシガワラ teshigawara,
小笠原 オガサワラ ogasawara, 堀 ホリ hori, 成田 ナリタ narita, 宮田 ミヤタ miyata, 榎本 エノモト enomoto,
根本 ネモト nemoto, 萩原 ハギワラ hagiwara, 大森 オオモリ omori, 内藤 ナイトウ naito, 南 ミナミ minami
"""

# usual spelling: "spelling:share", the spellings of family registers that older systems can't print
SPELLINGS: Final = {
    "高橋": "髙橋:0.12",
    "山崎": "山﨑:0.15",
    "川崎": "川﨑:0.1",
    "斎藤": "齋藤:0.3 齊藤:0.15",
    "渡辺": "渡邊:0.15 渡邉:0.15",
    "浜田": "濵田:0.1 濱田:0.3",
    "吉田": "𠮷田:0.08",
    "辻": "辻󠄀:0.3",
    "桜井": "櫻井:0.3",
    "小島": "小嶋:0.2",
    "広瀬": "廣瀬:0.2",
}

FATHERS: Final = """
大輔 ダイスケ daisuke, 誠 マコト makoto, 剛 ツヨシ tsuyoshi, 健太 ケンタ kenta, 達也 タツヤ tatsuya,
雄一 ユウイチ yuichi, 哲也 テツヤ tetsuya, 隆 タカシ takashi, 慎也 シンヤ shinya, 大樹 ダイキ daiki,
亮 リョウ ryo, 健 ケン ken, 洋平 ヨウヘイ yohei, 祐介 ユウスケ yusuke, 啓太 ケイタ keita,
俊介 シュンスケ shunsuke, 純一 ジュンイチ junichi, 雅人 マサト masato, 崇 タカシ takashi,
孝之 タカユキ takayuki
"""
MOTHERS: Final = """
恵 メグミ megumi, 久美子 クミコ kumiko, 美穂 ミホ miho, 由美 ユミ yumi, 智子 トモコ tomoko, 麻衣 マイ mai,
裕子 ユウコ yuko, 愛 アイ ai, 綾 アヤ aya, 千尋 チヒロ chihiro, 彩 アヤ aya, 真由美 マユミ mayumi,
友美 トモミ tomomi, 絵美 エミ emi, 沙織 サオリ saori, 恵美 エミ emi, 瞳 ヒトミ hitomi, 奈々 ナナ nana,
亜希子 アキコ akiko, 理恵 リエ rie, 早紀 サキ saki, 優子 ユウコ yuko
"""
BOYS: Final = """
陽翔 ハルト haruto, 蓮 レン ren, 湊 ミナト minato, 蒼 アオ ao, 樹 イツキ itsuki, 大翔 ヒロト hiroto,
悠真 ユウマ yuma, 朝陽 アサヒ asahi, 律 リツ ritsu, 伊織 イオリ iori, 颯太 ソウタ sota, 悠人 ユウト yuto,
大和 ヤマト yamato, 結翔 ユイト yuito, 新 アラタ arata, 暖 ダン dan, 凪 ナギ nagi, 碧 アオイ aoi,
奏太 カナタ kanata, 陸 リク riku, 湊斗 ミナト minato, 晴 ハル haru, 瑛太 エイタ eita, 陽太 ヨウタ yota,
翔 ショウ sho, 海斗 カイト kaito, 匠 タクミ takumi, 健人 ケント kento, 大地 ダイチ daichi, 空 ソラ sora,
隼人 ハヤト hayato, 拓海 タクミ takumi, 春樹 ハルキ haruki, 涼 リョウ ryo, 快 カイ kai,
理人 リヒト rihito, 旭 アサヒ asahi, 岳 ガク gaku, 楓真 フウマ fuma, 琉生 ルイ rui, 直人 ナオト naoto,
航平 コウヘイ kohei, 蒼真 ソウマ soma, 奏 カナデ kanade, 怜 レイ rei, 悠 ハルカ haruka, 光希 コウキ koki,
優斗 ユウト yuto, 虎太郎 コタロウ kotaro, 凌 リョウ ryo, 遼 リョウ ryo, 慶 ケイ kei, 真 マコト makoto,
一颯 イブキ ibuki, 諒 リョウ ryo, 千隼 チハヤ chihaya, 俊 シュン shun, 圭 ケイ kei, 柊 シュウ shu,
泰知 タイチ taichi
"""
GIRLS: Final = """
陽葵 ヒマリ himari, 凛 リン rin, 結菜 ユイナ yuina, 芽依 メイ mei, 澪 ミオ mio, 紬 ツムギ tsumugi,
葵 アオイ aoi, 咲良 サクラ sakura, 莉子 リコ riko, 美月 ミヅキ mizuki, 心春 コハル koharu, 杏 アン an,
結愛 ユア yua, 詩 ウタ uta, さくら サクラ sakura, ひなた ヒナタ hinata, 花 ハナ hana, 琴音 コトネ kotone,
楓 カエデ kaede, 美桜 ミオ mio, 凪沙 ナギサ nagisa, 千夏 チナツ chinatsu, 彩葉 イロハ iroha,
優奈 ユウナ yuna, 真央 マオ mao, 七海 ナナミ nanami, 柚葉 ユズハ yuzuha, 莉央 リオ rio,
和奏 ワカナ wakana, 紗良 サラ sara, 愛莉 アイリ airi, 美羽 ミウ miu, 遥 ハルカ haruka,
菜々子 ナナコ nanako, 日葵 ヒマリ himari, 琴葉 コトハ kotoha, 結月 ユヅキ yuzuki, 桃花 モモカ momoka,
一花 イチカ ichika, 小晴 コハル koharu, 栞 シオリ shiori, 玲奈 レイナ reina, 風花 フウカ fuka,
千紗 チサ chisa, 美咲 ミサキ misaki, あかり アカリ akari, すみれ スミレ sumire, ゆい ユイ yui,
茉莉 マリ mari, 瑠璃 ルリ ruri, 文乃 フミノ fumino, 汐里 シオリ shiori, 希 ノゾミ nozomi,
光 ヒカリ hikari, 若菜 ワカナ wakana, 咲 サキ saki, 朱里 アカリ akari, 果歩 カホ kaho, 鈴 スズ suzu
"""

# languages with shares; family, male and female names, as Japanese schools keep them
ABROAD: Final = (
    (
        (("ja", 0.4), ("zh-hans", 0.6)),
        "王 ワン wang, 李 リ li, 張 チャン zhang, 劉 リュウ liu, 陳 チン chen, 林 リン lin, 黄 コウ huang",
        "浩然 ハオラン haoran, 子軒 ズーシュエン zixuan, 宇航 ユーハン yuhang, 明 ミン ming, 偉 ウェイ wei",
        "雨欣 ユーシン yuxin, 詩涵 シーハン shihan, 静 ジン jing, 麗 リー li, 欣怡 シンイー xinyi",
    ),
    (
        (("ja", 0.5), ("ko", 0.5)),
        "金 キム kim, 朴 パク park, 崔 チェ choi, 李 イ lee, 鄭 チョン jung",
        "敏俊 ミンジュン minjun, 賢宇 ヒョヌ hyeonwoo, 志勲 ジフン jihoon, 成民 ソンミン sungmin",
        "智友 ジウ jiu, 秀妍 スヨン suyeon, 恩智 ウンジ eunji, 美英 ミヨン miyoung",
    ),
    (
        (("ja", 0.25), ("vi", 0.75)),
        "グエン グエン nguyen, チャン チャン tran, ファム ファム pham, レ レ le, Nguyễn グエン nguyen",
        "ヴァン_ミン ヴァン_ミン minh, クアン クアン quang, Anh_Tuấn アイン_トゥアン tuan, ズン ズン dung",
        "ティ_ラン ティ_ラン lan, マイ マイ mai, Thị_Phương ティ_フオン phuong, リン リン linh",
    ),
    (
        (("ja", 0.2), ("ne", 0.65), ("en", 0.15)),
        "シャルマ シャルマ sharma, SHRESTHA シュレスタ shrestha, タマン タマン tamang, グルン グルン gurung",
        "アーラヴ アーラヴ aarav, ROSHAN ロシャン roshan, ビベク ビベク bibek, スマン スマン suman",
        "アスミタ アスミタ asmita, PRIYA プリヤ priya, シタ シタ sita, サムジャナ サムジャナ samjhana",
    ),
    (
        (("ja", 0.3), ("pt", 0.7)),
        (
            "アルバレス アルバレス alvarez, シルバ シルバ silva, サントス サントス santos, "
            "OLIVEIRA オリベイラ oliveira"
        ),
        (
            "ルーカス ルーカス lucas, ペドロ ペドロ pedro, ガブリエル ガブリエル gabriel, "
            "RAFAEL ラファエル rafael"
        ),
        "マリア マリア maria, ジュリア ジュリア julia, アナ アナ ana, LARISSA ラリッサ larissa",
    ),
    (
        (("ja", 0.3), ("tl", 0.4), ("en", 0.3)),
        (
            "レイエス レイエス reyes, クルス クルス cruz, BAUTISTA バウティスタ bautista, "
            "ガルシア ガルシア garcia"
        ),
        "マーク マーク mark, JOSHUA ジョシュア joshua, ミゲル ミゲル miguel, アンジェロ アンジェロ angelo",
        (
            "アンジェル アンジェル angel, NICOLE ニコール nicole, ジャスミン ジャスミン jasmine, "
            "グレース グレース grace"
        ),
    ),
)  # fmt: skip
