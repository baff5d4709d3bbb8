package inventory

// debianMaintainerDomains are the domains in the addresses of the people who maintain
// packages of Debian 12 themselves, without those of Debian and Ubuntu: from the field
// Maintainer of the 63,440 packages of its section main for amd64, as of November 2026.
const debianMaintainerDomains = "" +
	"4angle.com 4md.gr 4pane.co.uk a-eskwadraat.nl acperkins.com acs.com.hk adamziaja.com aerusso.net afaics.de aggro.it ait.ac.at akane.waseda.jp " +
	"alaxarxa.net alexdantas.net allwinedesigns.com aloah-from-hell.de alpharesearch.de alteholz.de alumni.ethz.ch alvarezp.com aminche.com amsat.org " +
	"anayrat.info andreaswarnke.de andrewayer.name angband.pl antono.info ao2.it apache.org apebox.org apuntale.com arcor.de areta.org arm.com arndnet.de " +
	"artha.org asheesh.org ashtech.net askra.de asnelt.org astrorigin.com atchoo.org athenacr.com atlas.cz autoit4you.de ayous.org azylum.org " +
	"b1-systems.de balintreczey.hu balmer.name bannons.id.au bc-bd.org benedikt-wildenhain.de benthetechguy.net berkeley.edu better.se bewatermyfriend.org " +
	"bfh.ch biniou.info bitshifter.net.nz bluegap.ch bonnefon.org boutho.rs brandonholtsclaw.com breakpoint.cc bredband.net bschu.de burghardt.pl " +
	"burntworld.ca c.titech.ac.jp ca-zephyr.org calhariz.com caliu.cat cante.net caoua.org capi2name.de cbaines.net cea.fr centrum.cz cgarbs.de " +
	"ch.tario.org chezlefab.net chiark.greenend.org.uk chivil.com chrishell.de cistron.nl cloud.ionos.com codelabs.ch codemadness.org coit.es coker.com.au " +
	"collabora.com complete.org computer.org connexer.com copyninja.info coredump.us cowlark.com cpe.fr crans.org crea-si.com credativ.de cryptography.ch " +
	"cs.columbia.edu cs.put.poznan.pl cs.unibo.it cschramm.eu csnsm.in2p3.fr ctuning.org cumulusnetworks.com cyconet.org cygnusnetworks.de d.umn.edu " +
	"d4n1.org dadie.net daionet.gr.jp dalibo.com damsy.net danny-edel.de darc.de darkboxed.org darklogic.ru datalad.org david-web.co.uk debamax.com " +
	"debian.cz debian.or.jp debian.org.gt debian.org.sv debianpt.org decadent.org.uk defaultvalue.org deneb.enyo.de denis-briand.fr der-marv.de dettus.net " +
	"dfn.de diac24.net digitaldruid.net dikkenberg.net disorder.sk disroot.org distanz.ch diwi.org dknet.ch dntw.de docksud.com.ar domsch.com donncha.is " +
	"double-helix.org drystone.co.uk dt42.io duckcorp.org dywypi.org e-quake.org earth.li ebroder.net eds.org eikel.org eisbox.net eja.it email.cz " +
	"email.it emor3j.fr.eu.org empanadilla.net enova.com esite.ch etc.gen.nz ethup.se eu.citrix.com extraklein.de fabiszewski.net faraone.cc fastmail.com " +
	"fastmail.fm fatal.se ferg.aero fh-muenster.de fifthhorseman.net figueredo.tec.br finestructure.net finnie.org fishpost.de fjasle.eu " +
	"flygenring-harrsen.com fmneto.com foolab.org foxmail.com fprg.se free.fr freemail.hu freexian.com friki.cat fsfe.org fsij.org fu-berlin.de gaast.net " +
	"gag.com gai.co.in gaussglocke.de gfd-dennou.org ghalkes.nl ghic.org gielen.name gildea.com ginac.de girrulat.de gisky.be gisladisker.se gluet.ch " +
	"glyphic.com gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net gnifty.net gnu.org gnuabordo.com.br google.com googlegroups.com googlemail.com " +
	"grml.org groonga.org groups.io grzy.org gudjon.org gueux.org hagander.net hands.com hanno-stock.de hardt-it.de hasting.email hazelmollusk.org " +
	"hedden.dev heebs.ch heily.com helgefjell.de hennr.name heute-morgen.de hindley.org.uk holupirek.de horde.net hotmail.com hpe.com httrack.com " +
	"hyperlife.xyz hypra.fr i-rs.ru i.cz ieval.ro igalia.com iki.fi ime.usp.br imsmail.org imt-atlantique.fr infradead.org inittab.org interia.pl " +
	"inventati.org invisible-island.net iodoru.org ionos.com ipacct.com istoph.de ite.pl iwakd.de ixit.cz izac.de jamesmcdonald.com janapirat.de jariq.sk " +
	"jbfavre.org jff.email jglopez.name jmuchemb.eu jonasw.de jones.dk joonet.de josefsson.org jpleau.ca jugra.de justgohome.co.uk kalgan.cc kali.org " +
	"kalinowski.com.br karapetsas.com kassiopeia.juls.savba.sk kathenas.org katiska.org kaunas.init.lt kde.org keithp.com kernel.org kernelport.com " +
	"kevinniuwu.com khimov.ru kitterman.com kitware.com kiyuko.org klub.com.pl knielsen-hq.org knorrie.org koch.ro koumbit.org kr.tuwien.ac.at ktknet.cz " +
	"kulisz.net labri.fr laposte.net lbsd.net le-vert.net lease-up.com lennartsson.se leune.org lexical.tw libpf.com libregerbil.fr " +
	"lightside-instruments.com linaro.org linukz.org linutronix.de linux.it linux.org.ba linux.vnet.ibm.com linuxia.de linuxmint.pl " +
	"lists.fusiondirectory.org lists.launchpad.net lists.ledgersmb.org lists.puscii.nl lists.riseup.net lists.sisudoc.org lists.sourceforge.net " +
	"lists.teckids.org lists.wikimedia.org lm7.fr lmarz.org loami.eng.br logicus.com.br logilab.fr logyx.net lvk.cs.msu.su lxtec.de m4x.org mail.ru " +
	"mailbox.org mailhaven.com mailoo.org malerba.space manchmal.in-ulm.de markley.org maroufle.fr martingkelly.com martymac.org mattface.org " +
	"mattgrant.net.nz mavro.fr mcbf.net mcmillan.net.nz mdosch.de mecka.net medaer.me medhamsh.org melachim.net melix.org member.fsf.org michel-slm.name " +
	"microjoe.org midstorm.org minsoft.com mirbsd.de mirendom.net mit.edu mohammadi.ir msn.com mvdan.cc mzf.fr na.icar.cnr.it namazu.org namuri.it " +
	"narfation.org naturalnet.de nerdrug.org nerdshack.com net.in.tum.de netstat.org.uk nic.cz nic.mx nickg.me.uk nicolas-delvaux.org nielbailey.com " +
	"nifty.com nikhef.nl nixoeen.com nms.hr nonempty.org nongnu.org nonlontano.it noresoft.com normes.org noteng.no nottheoilrig.com obfusk.net " +
	"oblivion-software.de ocf.berkeley.edu offensive-security.com oioannou.com omu.edu.tr onenetbeyond.org onerussian.com onthewings.net oooug.jp " +
	"openmailbox.org openmobilefree.net opensides.be ortolo.eu osrfoundation.org outlook.com overdrivenetworks.com oxanvanleeuwen.nl paladyn.org palard.fr " +
	"palmtb.net pappacoda.it parad0x.org paraeasy.ch paranoici.org passoire.fr pawlowicz.name pbandjelly.org pberndt.com pblackman.plus.com pennace.org " +
	"pfft.no php.net phys.ethz.ch physics.uu.se physik.fu-berlin.de physikbuch.de phyx.fr pietrobattiston.it pobox.com poivron.org porkrind.org posteo.de " +
	"posteo.net potyra.de powercraft.nl praksys.org preining.info proact.de probeta.net progress-linux.org protonmail.com proulx.com " +
	"public.e-mail.elvenlord.com qbaich.com qubes-os.org queuniet.fr quickmediasolutions.com radix.lt rakugaki.org ralfj.de rambler.ru raptor.kiev.ua " +
	"rath.org rclobus.nl recompile.se redhat.com redpill-linpro.com reedyboy.net refcnt.org reiner-h.de rep.kiev.ua restauth.net rezozer.net rfmoz.eu " +
	"rgson.se rhansen.org ribalda.com ring0.de riseup.net robinson-wall.com robots.org.uk rocasa.us rocketjump.eu roeckx.be rolandgruber.de " +
	"rolf.leggewie.biz romanondracek.cz rossfamily.co.uk rudloff.pro rug.nl ryanpavlik.com saar.de sahilister.in salfelder.org sange.fi schwaighofer.name " +
	"scram.de sebian.fr sectorb.msk.ru senkovych.com serverb.co.uk sh.cvut.cz shared-files.de siduction.org sieglitzhof.net siemens.com sigxcpu.org " +
	"sil.org silbermayr.at simonwunderlich.de simtec.co.uk sina.com sindominio.net sjoberg.fi snarl.nl someserver.de sorbom.com sourcepole.ch " +
	"spellbreaker.org spiessknafl.at spkdev.net spoehel.ch spwhitton.name ssw.jku.at stdin.nl stewarts.org.uk stigge.org stuart.id.au student.42.fr " +
	"subdivi.de sumpfralle.de sungate.co.uk survex.com svario.it svenhartge.de swecha.net swm1.com syn-net.org syntaxhighlighted.com t-online.de " +
	"t3.rim.or.jp tablix.org tapoueh.org tarantool.org tauware.de techie.net technotux.org tecnobrain.com telecom-bretagne.eu terryburton.co.uk " +
	"tessares.net thc.org the-martins.org thekelleys.org.uk thesusis.net thok.org thomaspierson.fr thomasross.io thp.io thregr.org thykier.net tiepi.it " +
	"tiger-computing.co.uk tikei.de timakro.de tin.it tiscali.it tiwe.de tls.msk.ru tnnn.pl tobhe.de togaware.com tomlee.co toojays.net towards.ch " +
	"transnexus.com trickod.com tsipinakis.com tty0.ch tu-clausthal.de tuebingen.mpg.de tunes.org tutanota.de twolife.be ubports.com ubuntu-it.org udc.es " +
	"udea.edu.co ufp.com undef.tools uni-mainz.de uq.edu.au urlichs.de users.sf.net users.sourceforge.net ut.mephi.ru v13.gr v3.sk v7w.com " +
	"vdg.blogsite.org vemek.co vexel.net vger.kernel.org videolan.org volian.org vonhaugwitz.com voyager.hr wanadoo.fr warperbbs.de waw.pdi.net wdes.fr " +
	"web.de wedesoft.de werlen.fr wertarbyte.de westerhu.is whence.com whitby.id.au wholemeal.co.nz wielicki.name wikimedia.org wiktel.com wilsoft.nl " +
	"wimpress.io winchen.de winkie.fr wired-net.gr wlf-online.de xcancerberox.com.ar xdump.org xelerance.com ya.ru yaerobi.com yahoo.co.uk yahoo.com " +
	"yahoo.com.br yahoo.fr yandex.com yath.de youam.net yrden.de yuggoth.org yukidoke.org yulun.me z-51.de zap.org.au zedat.fu-berlin.de zeroc.com " +
	"zeropage.cz zincube.net znik.sk zombino.com zoy.org zugschlus.de zulip.com zumbi.com.ar zvano.net zygoon.pl "
