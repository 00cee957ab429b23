# One event among N watched descriptors. Called by wait.py, which sets data, picture and machine.
set terminal svg size 760,440 font "sans-serif,13" background "white"
set output picture
set title "One event among N watched descriptors\n{/*0.8 make one ready, wait, consume it: CPU time, median; ".machine."}"
set xlabel "descriptors watched"
set ylabel "microseconds an event"
set logscale xy
set xrange [8:13000]
set yrange [0.5:3000]
set format x "%.0f"
set format y "%.0f"
set grid ytics lc rgb "#dddddd" lt 1
set key top left reverse Left
set border 3
set tics nomirror
set datafile missing "?"
# poll is drawn wide and first: select lies almost on it.
plot data using 1:3 with linespoints lw 6 pt 5 ps 0.9 lc rgb "#f0c040" title "poll", \
     data using 1:2 with linespoints lw 2 pt 7 ps 0.6 lc rgb "#c0392b" title "select (up to 1,023)", \
     data using 1:4 with linespoints lw 2 pt 9 ps 0.8 lc rgb "#2471a3" title "epoll"
