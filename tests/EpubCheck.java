import com.adobe.epubcheck.tool.EpubChecker;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Runs EPUBCheck as often as it is asked to: most of a single run is the start of Java.
 *
 * Each line of stdin holds the arguments of one run, as its command line takes them, with tabs
 * between them. When the run has ended, its exit code is a line on stdout, or what it died of.
 */
public class EpubCheck {
  private static final long STACK = 16 << 20;

  public static void main(String[] none) throws Exception {
    var answers = System.out;
    var nowhere = new PrintStream(OutputStream.nullOutputStream());
    System.setOut(nowhere);
    System.setErr(nowhere);
    var requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = requests.readLine()) != null; ) {
      answers.println(run(line.split("\t")));
      answers.flush();
    }
  }

  private static String run(String[] arguments) throws InterruptedException {
    var answer = new String[1];
    Runnable check =
        () -> {
          try {
            answer[0] = String.valueOf(new EpubChecker().run(arguments));
          } catch (Throwable error) {
            answer[0] = error.toString().replaceAll("\\s+", " ");
          }
        };
    var thread = new Thread(null, check, "check", STACK);
    thread.start();
    thread.join();
    return answer[0];
  }
}
